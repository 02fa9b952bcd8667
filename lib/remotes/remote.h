/*
 * remote: reads the configured remotes of a repository, and refspecs.
 *
 * A remote has Git's settings remote.<name>.url, pushurl and fetch, and varve's settings
 * remote.<name>.peers (further URLs from which blocks are fetched), remote.<name>.varve (the path
 * of varve on the remote machine, for ssh), and remote.<name>.varveKind (the detected kind: "git",
 * which is a host without varve, "folder" or "peer"). Source: git-config(1), gitglossary(7)
 * "refspec".
 */
#ifndef VV_LIB_REMOTES_REMOTE_H
#define VV_LIB_REMOTES_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* "+refs/heads/X:refs/remotes/origin/X"; both sides may contain one '*'. */
typedef struct vv_refspec {
	char *from, *to; /* `to` is NULL if the refspec has no destination */
	bool force;
} vv_refspec;
vv_status vv_refspec_read(vv_refspec *out, const char *text, vv_error *err); /* VV_EUSAGE */
void vv_refspec_clear(vv_refspec *s);
VV_AUTO_CLEAR(vv_refspec, vv_refspec_clear)
/* Maps the name of a ref that matches `from` to its name on the side of `to`. The caller frees the
 * result with vv_free. Returns NULL if the name does not match (*rc is VV_OK), or if memory ran out
 * (VV_ENOMEM). */
char *vv_refspec_map(const vv_refspec *s, const char *name, vv_status *rc);

typedef struct vv_remote {
	char *name; /* NULL: the user specified a URL */
	char *url, *push_url;
	char *program;
	char *kind; /* varveKind; NULL: not known yet */
	/* remote.<name>.varveName: the name by which the URL was found (lib/heads/named.h); may be
	 * NULL */
	char *found_by;
	char **peers;
	size_t peer_count;
	char **blocks_urls; /* remote.<name>.varveUrl: URLs of a Git host's blocks */
	size_t blocks_url_count;
	vv_refspec *fetch;
	size_t fetch_count;
} vv_remote;

/* Finds a remote by word, which is a remote's name, a URL or a path. VV_ENOTFOUND: no such remote;
 * the hint may have similar names. */
vv_status vv_remote_find(vv_remote *out, vv_repository *r, const char *word, vv_error *err);
void vv_remote_clear(vv_remote *m);
VV_AUTO_CLEAR(vv_remote, vv_remote_clear)

/* Sets *name to the remote that a branch ("refs/heads/main") follows: branch.<name>.remote, else
 * "origin", else the only remote. If push is true, branch.<name>.pushRemote and remote.pushDefault
 * have priority. The caller frees *name with vv_free. VV_ENOTFOUND: no such remote. */
vv_status vv_remote_default(char **name, vv_repository *r, const char *branch, bool push,
			    vv_error *err);

/* Lists the names of all remotes, sorted. Free *names with vv_names_free. */
vv_status vv_remote_names(char ***names, size_t *count, vv_repository *r, vv_error *err);

/* Sets *out to the tracking ref of a branch of the remote ("refs/remotes/origin/main"), which the
 * caller frees with vv_free, or to NULL if the branch has no tracking ref. */
vv_status vv_remote_tracking(char **out, const vv_remote *m, const char *branch, vv_error *err);

/* Sets *out to whether the tracking branch ref belongs to the remote: a refspec of the remote
 * writes it. No other repository may move such a ref. */
vv_status vv_remote_owns(bool *out, const vv_remote *m, const char *ref, vv_error *err);
/* Appends the folder of tracking refs for a peer from which history is fetched in place of a
 * remote: "refs/remotes/<name>/". The name is the peer's name, or, for a URL, the last part of its
 * path; if a remote has this name, it gets the prefix "peer-". */
vv_status vv_remote_peer_folder(vv_buf *out, vv_repository *r, const vv_remote *peer,
				vv_error *err);

/* Returns the name of a setting, "remote.NAME.KEY", which the caller frees with vv_free. NULL: out
 * of memory. */
char *vv_remote_key(const char *name, const char *key);

#endif
