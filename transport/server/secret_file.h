/*
 * secret_file: reads files that control access: keys, and lists of users.
 *
 * Such a file must be a regular file that only its owner can write. The owner must be this user or
 * root; a process of root accepts any owner. Symbolic links are followed. If the file has unhashed
 * secrets, users outside its group must not be able to read it.
 */
#ifndef VV_TRANSPORT_SERVER_SECRET_FILE_H
#define VV_TRANSPORT_SERVER_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

/* Appends the content of the file path to out, and sets *st to its stat. in_clear: the file has
 * unhashed secrets. VV_ENOTFOUND: no such file. VV_EINPUT: the path is not a regular file.
 * VV_EREFUSED: the permissions or the owner are wrong, as described above, and err has a hint; or
 * the file has more than max bytes. */
vv_status vv_secret_file_read(vv_buf *out, vv_stat *st, const char *path, size_t max, bool in_clear,
			      vv_error *err);

/* Opens the file path, and sets *st to its stat, without a check of its permissions. VV_ENOTFOUND:
 * no such file. VV_EINPUT: the path is not a regular file. */
vv_status vv_secret_file_stat(vv_stat *st, const char *path, vv_error *err);

#endif
