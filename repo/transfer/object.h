/*
 * object: the bytes of any Git object.
 */
#ifndef VV_REPO_TRANSFER_OBJECT_H
#define VV_REPO_TRANSFER_OBJECT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"
#include "repo/transfer/send.h"

/* In the place of out's content. VV_ENOTFOUND; VV_EUSAGE when it is of another type;
 * VV_EREFUSED above max bytes. */
vv_status vv_git_object_bytes(vv_repository *r, vv_git_type type, const vv_oid *id, uint64_t max,
			      vv_buf *out, vv_error *err);

#endif
