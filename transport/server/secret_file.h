/*
 * secret_file: reads files that control access: keys, and lists of users.
 *
 * Such a file must be a regular file that only its owner can write; symbolic links are followed.
 * The owner must be this user or root. A file with unhashed secrets must not be readable by others.
 */
#ifndef VV_TRANSPORT_SERVER_SECRET_FILE_H
#define VV_TRANSPORT_SERVER_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

/* Appends the content of the file path, at most max bytes, to out, and sets *st to its stat,
 * following links. in_clear: the file has unhashed secrets. VV_EREFUSED, with a hint: other users
 * can write the file, or, with in_clear, read the file. */
vv_status vv_secret_file_read(vv_buf *out, vv_stat *st, const char *path, size_t max, bool in_clear,
			      vv_error *err);

/* Sets *st to the stat of the file path, following links. VV_ENOTFOUND: no such file. */
vv_status vv_secret_file_stat(vv_stat *st, const char *path, vv_error *err);

#endif
