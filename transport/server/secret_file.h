/*
 * secret_file: files that control access: keys, and lists of users.
 *
 * Such a file must be a plain file (symbolic links to it are followed) that only its owner can write: this user or
 * root. A file with unhashed secrets must not be readable by others.
 */
#ifndef VV_TRANSPORT_SERVER_SECRET_FILE_H
#define VV_TRANSPORT_SERVER_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

/* Appends the file; *st is its stat, with links followed. VV_EREFUSED, with a hint: others may
 * write it, or read it with in_clear. */
vv_status vv_secret_file_read(vv_buf *out, vv_stat *st, const char *path, size_t max, bool in_clear,
			      vv_error *err);

/* The stat of the file, with links followed. VV_ENOTFOUND. */
vv_status vv_secret_file_stat(vv_stat *st, const char *path, vv_error *err);

#endif
