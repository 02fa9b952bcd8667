/*
 * lfs_hook: runs Git LFS's pre-push hook, which sends the files that Git LFS stores.
 *
 * git-lfs installs its hook where files are tracked or cloned. If another pre-push hook exists, it
 * installs none, without an error, and pushes send commits without these files. varve's hook
 * therefore runs it.
 */
#ifndef VV_LIB_REMOTES_LFS_HOOK_H
#define VV_LIB_REMOTES_LFS_HOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Text that every hook contains that runs Git LFS's. */
#define VV_LFS_HOOK_MARK "lfs pre-push"

/* Returns true if Git LFS has stored files in r, or may have: its folder exists, or lfs.storage is
 * set. */
bool vv_lfs_stores_here(vv_repository *r);

/* Runs 'git lfs pre-push' with args (name and URL of the remote, ended by NULL), and input, the
 * refs that git pushes, if vv_lfs_stores_here. Does nothing if the hook called `earlier`, which ran
 * before, runs it. VV_ECONFLICT: it failed. */
vv_status vv_lfs_hook_run(vv_repository *r, const char *earlier, const char *const args[3],
			  const void *input, size_t len, vv_error *err);

#endif
