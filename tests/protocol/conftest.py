import numpy as np
import pytest

from fer_utils.protocol.fold import Fold


@pytest.fixture
def fold():
    """Makes a fold of row numbers; what is selected on is fitted, too, unless told otherwise."""

    def make(train, validation, test, fit_all=None):
        train, validation, test = (np.asarray(rows, dtype=int) for rows in (train, validation, test))
        return Fold(train, validation, test, np.union1d(train, validation) if fit_all is None else np.asarray(fit_all))

    return make
