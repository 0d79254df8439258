import subprocess
import sys

from fer_utils.batch.lock import holder, take_lock


def test_a_lock_has_one_holder_at_a_time_and_says_who(tmp_path):
    path = tmp_path / "locks" / "run"
    lock = take_lock(path)
    assert take_lock(path) is None
    assert holder(path).startswith("process ") and " since 20" in holder(path)
    lock.release()
    assert not path.exists()
    take_lock(path).release()


def test_a_lock_whose_holder_was_killed_is_free(tmp_path):
    path = tmp_path / "run"
    code = "import pathlib, sys, time; from fer_utils.batch.lock import take_lock"
    code += "; lock = take_lock(pathlib.Path(sys.argv[1])); print('mine', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE)
    assert process.stdout.readline().strip() == b"mine"
    assert take_lock(path) is None and f"process {process.pid} " in holder(path)
    process.kill()
    process.communicate()
    take_lock(path).release()


def test_a_runner_that_is_killed_leaves_its_run_locked_until_the_worker_is_gone(tmp_path):
    path = tmp_path / "run"
    lock = take_lock(path)
    worker = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[lock.fileno()])
    lock._file.close()  # as when the runner dies: nobody releases it in good order
    assert take_lock(path) is None
    worker.communicate(b"\n")
    again = take_lock(path)
    again.release()


def test_who_waits_at_the_door_does_not_get_a_lock_that_was_removed(tmp_path, monkeypatch):
    path = tmp_path / "run"
    first = take_lock(path)
    locks = []

    def lock(file):
        if not locks:
            locks.append(file)
            first.release()  # between our opening the file and locking it
        return real(file)

    real = sys.modules["fer_utils.batch.lock"]._lock
    monkeypatch.setattr("fer_utils.batch.lock._lock", lock)
    second = take_lock(path)
    assert path.exists() and take_lock(path) is None
    second.release()
