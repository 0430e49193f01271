#!/usr/bin/env bash
# LocalStack runs this when it is ready: a bucket for archives, so that REDDIT_ARCHIVE=s3://wsb-signals-archive/… works.
set -euo pipefail
awslocal s3api head-bucket --bucket wsb-signals-archive 2>/dev/null || awslocal s3 mb s3://wsb-signals-archive
