/*
 * secret_file: files that decide who is let in: keys, and lists of users.
 *
 * Such a file must be a plain file (symbolic links to it are followed) that only its owner can write: this user or
 * root. One that holds secrets as they are may not be read by everybody.
 */
#ifndef VV_TRANSPORT_SERVER_SECRET_FILE_H
#define VV_TRANSPORT_SERVER_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

/* Appends the file; *st is what was read, of the file that a link leads to. VV_EREFUSED with a hint
 * where others may write it, or read it while in_clear. */
vv_status vv_secret_file_read(vv_buf *out, vv_stat *st, const char *path, size_t max, bool in_clear,
			      vv_error *err);

/* What a link leads to now. VV_ENOTFOUND. */
vv_status vv_secret_file_stat(vv_stat *st, const char *path, vv_error *err);

#endif
