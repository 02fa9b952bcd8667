/*
 * dvc_remote: the remote of a project of DVC, to read files from that its cache lacks: a folder, a bucket, a folder over SFTP or
 * HTTP.
 *
 * Its URL is that of core.remote in DVC's settings: the user's, .dvc/config of the work tree, and .dvc/config.local. One that
 * .dvc/config names, which is committed, is asked only where its site is trusted (docs/operate/hosts.md).
 */
#ifndef VV_LIB_CLONE_DVC_REMOTE_H
#define VV_LIB_CLONE_DVC_REMOTE_H

#include "base/auto.h"
#include "base/error.h"
#include "lib/clone/dvc_file.h"
#include "repo/git/repository.h"

typedef struct vv_dvc_remote vv_dvc_remote;
/* folder: that with .dvc in it, "" or as "a/b/". VV_ENOTFOUND: no remote is named; VV_ENOSUPPORT: it is of another kind;
 * VV_EREFUSED: it is not trusted. */
vv_status vv_dvc_remote_open(vv_dvc_remote **out, vv_repository *r, const char *folder,
			     vv_error *err);
void vv_dvc_remote_close(vv_dvc_remote *d); /* accepts NULL */
VV_AUTO_FREE(vv_dvc_remote, vv_dvc_remote_close)

/* Writes the file, whose MD5 was compared, with all folders above it. VV_EMISSING: it is not there; VV_ECORRUPT. */
vv_status vv_dvc_remote_get(vv_dvc_remote *d, const vv_dvc_out *o, const char *file, vv_error *err);

#endif
