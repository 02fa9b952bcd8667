/*
 * ignore: gitignore(5), evaluated here because libgit2 1.5 forgets exceptions ('!')
 * that a deeper .gitignore makes. Internal.
 *
 * A correct caller goes down the folders: vv_ignore_open, vv_ignore_push("") for the
 * top, vv_ignore_push("a/") for the folder a in it ..., vv_ignore_pop on the way up.
 */
#ifndef VV_REPO_GIT_INDEX_IGNORE_H
#define VV_REPO_GIT_INDEX_IGNORE_H

#include "base/auto.h"
#include "repo/git/repository_internal.h"

typedef struct vv_ignore vv_ignore;

/* Reads core.excludesFile and info/exclude. */
vv_status vv_ignore_open(vv_ignore **out, vv_repository *r, vv_error *err);
void vv_ignore_close(vv_ignore *ig); /* accepts NULL */
VV_AUTO_FREE(vv_ignore, vv_ignore_close)

/* Enters a folder: its path with a final '/', "" for the top. */
vv_status vv_ignore_push(vv_ignore *ig, const char *folder, vv_error *err);
void vv_ignore_pop(vv_ignore *ig);

/* Is the path, which lies in the folder entered last, ignored by a pattern of its
 * own? (What lies in an ignored folder is ignored too: the caller does not enter.) */
bool vv_ignore_match(const vv_ignore *ig, const char *path, bool is_folder);

#endif
