/*
 * served_folder: the repositories that a server names by their folders.
 */
#ifndef VV_TRANSPORT_SERVER_SERVED_FOLDER_H
#define VV_TRANSPORT_SERVER_SERVED_FOLDER_H

#include "base/env.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Opens the repository whose own folder is at path. Sets *name to its name in URLs: "/a/sales/.git" and "/a/sales" are
 * "sales". Sets *real to the absolute path of the folder. The caller frees both with vv_free, and closes *r. On
 * failure, nothing is set. VV_ENOTFOUND: path is not the folder of a repository, but may be inside one. */
vv_status http_served_folder_open(vv_repository **r, char **name, char **real, const char *path,
				  const vv_env *env, vv_error *err);
/* Sets err for a second repository with this name, and returns VV_EUSAGE. */
vv_status http_fail_same_name(const char *name, vv_error *err);

#endif
