import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from fer_utils.errors import ParameterError
from fer_utils.evaluation.rank_correlation import rank_correlation


def frames_of(people=12, clips=4, frames=9, agreement=1.0, seed=0, seeds=(0,)):
    random, rows = np.random.default_rng(seed), []
    for training in seeds:
        for person in range(people):
            for clip in range(clips):
                truth = random.normal(size=frames)
                weight = agreement * truth + (1 - agreement) * random.normal(size=frames)
                known = {"sequence": f"{person}-{clip}", "subject": f"p{person}", "seed": training}
                rows.append(pd.DataFrame({"weight": weight, "truth": truth}).assign(**known))
    return pd.concat(rows, ignore_index=True)


def test_the_correlation_is_the_mean_of_spearmans_over_clips():
    frames = frames_of(agreement=0.5)
    found = rank_correlation(frames, "weight", "truth")
    each = [spearmanr(clip["weight"], clip["truth"]).statistic for _, clip in frames.groupby("sequence")]
    assert found.mean.value == pytest.approx(np.mean(each)) and found.clips == 48 and found.left_out == 0
    assert found.mean.low < found.mean.value < found.mean.high
    assert found.subjects == 12 and found.unit == "subjects" and "12 subjects" in found.note


def test_only_the_order_within_a_clip_counts():
    frames = frames_of(agreement=1.0)
    moved = frames.assign(weight=np.exp(frames["weight"]) + frames.groupby("sequence").ngroup() * 100)
    assert rank_correlation(moved, "weight", "truth").mean.value == pytest.approx(1)
    assert rank_correlation(moved.assign(weight=-moved["weight"]), "weight", "truth").mean.value == pytest.approx(-1)
    unrelated = rank_correlation(frames_of(agreement=0.0, people=60), "weight", "truth")
    assert 0 in unrelated.mean and abs(unrelated.mean.value) < 0.1


def test_people_are_drawn_and_not_clips():
    frames = frames_of(clips=6)
    odd = frames["subject"].str.removeprefix("p").astype(int) % 2 == 1
    frames.loc[odd, "weight"] *= -1  # each person the same in all clips
    by_person = rank_correlation(frames, "weight", "truth").mean
    nobody = rank_correlation(frames.assign(subject=np.nan), "weight", "truth")
    assert by_person.half_width > 1.5 * nobody.mean.half_width
    assert nobody.subjects is None and "Subjects are unknown" in nobody.note


def test_clips_in_which_nothing_changes_are_counted_apart():
    frames = frames_of(people=5, clips=2)
    frames.loc[frames["sequence"] == "0-0", "truth"] = 1.0
    short = frames[frames["sequence"] == "1-1"].index[2:]
    found = rank_correlation(frames.drop(index=short), "weight", "truth")
    assert (found.clips, found.left_out) == (8, 2)
    with pytest.raises(ParameterError, match="In none of 10 clips"):
        rank_correlation(frames.assign(truth=0.0), "weight", "truth")
    with pytest.raises(ParameterError, match=r"lack the columns \['seed'\]"):
        rank_correlation(frames.drop(columns="seed"), "weight", "truth")


def test_clips_of_several_trainings_count_once_each():
    found = rank_correlation(frames_of(people=6, seeds=(0, 1), agreement=0.3), "weight", "truth")
    assert found.clips == 48 and found.unit == "subjects and seeds"
    assert str(found).endswith("48 clips") and str(found).startswith("+0.")
