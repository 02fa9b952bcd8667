/*
 * folder_url: the URL or path of a published folder (docs/formats/folder.md): a repository as plain files, its history
 * in repo.git beside its blocks, which are a store.
 */
#ifndef VV_LIB_REMOTES_FOLDER_URL_H
#define VV_LIB_REMOTES_FOLDER_URL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/remotes/transfer.h"

#define VV_FOLDER_GIT "repo.git"
#define VV_FOLDER_MARK "folder" /* what varve publish knows of it */

/* Appends the folder that a URL of it, or of its repo.git, means, without a slash at its end. */
vv_status vv_folder_url_put(vv_buf *out, const char *url, vv_error *err);

/* Does a web server, or this machine, have a store there, with repo.git beside it? A web server is asked for the store
 * alone, whose mark is not read again. */
bool vv_folder_url_is(const char *url, vv_transfer *t);

#endif
