/*
 * lfs_server: the server of Git LFS that a repository has, to read objects from that are not here.
 *
 * Its URL is lfs.url or remote.<name>.lfsurl of Git's settings, or lfs.url of .lfsconfig, which is committed and is asked only where
 * its site is trusted (docs/operate/hosts.md); else it follows from the remote's URL. A remote that is a folder has the objects in it.
 *
 * Source: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
 *
 *	vv_lfs_server *s = NULL;
 *	vv_lfs_server_find(&s, &path, repo, text, len, err);     any number
 *	vv_lfs_server_close(s);
 */
#ifndef VV_LIB_CLONE_LFS_SERVER_H
#define VV_LIB_CLONE_LFS_SERVER_H

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_lfs_server vv_lfs_server;
void vv_lfs_server_close(vv_lfs_server *s); /* accepts NULL */
VV_AUTO_FREE(vv_lfs_server, vv_lfs_server_close)

/* As vv_lfs_find (lib/names/lfs.h), but an object that is not here is taken from the server, and compared with its hash. *s: NULL at
 * first. VV_EMISSING: the server does not have it; VV_EREFUSED, VV_EIO: it could not be asked. */
vv_status vv_lfs_server_find(vv_lfs_server **s, char **path, vv_repository *r, const char *text,
			     size_t len, vv_error *err);

#endif
