"""LocalStack in this process; it ends, at once, when its standard input closes: when whoever started it is gone."""

import os
import threading


def end_with_parent():
    while os.read(0, 4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from hypercorn.config import Config  # noqa: E402
from localstack.runtime.main import main  # noqa: E402

# By itself it refuses requests whose head has more than 16 KB, with an answer that is none of the API's.
Config.h11_max_incomplete_size = 1024 * 1024

main()
