/*
 * remote: the other repositories that this one names, and refspecs.
 *
 * Stored as in Git: remote.<name>.url, pushurl, fetch; varve's own are remote.<name>.peers (further URLs
 * to get blocks from), remote.<name>.varve (the program's name there, for ssh), and
 * remote.<name>.varveKind (the detected kind: "git", a host without varve, "folder" or "peer"). Source:
 * git-config(1), gitglossary(7) "refspec".
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
	char *from, *to; /* to NULL: none was given */
	bool force;
} vv_refspec;
vv_status vv_refspec_read(vv_refspec *out, const char *text, vv_error *err); /* VV_EUSAGE */
void vv_refspec_clear(vv_refspec *s);
VV_AUTO_CLEAR(vv_refspec, vv_refspec_clear)
/* The name on the other side for a ref on this one; owned; NULL: no match, or out of memory (see
 * *rc). */
char *vv_refspec_map(const vv_refspec *s, const char *name, vv_status *rc);

typedef struct vv_remote {
	char *name; /* NULL: a URL was given in its place */
	char *url, *push_url;
	char *program;
	char *kind;     /* NULL: not known yet */
	char *found_by; /* remote.<name>.varveName: a name (lib/heads/named.h), or NULL */
	char **peers;
	size_t peer_count;
	char **blocks_urls; /* remote.<name>.varveUrl: where a Git host's blocks are */
	size_t blocks_url_count;
	vv_refspec *fetch;
	size_t fetch_count;
} vv_remote;

/* word: a remote's name, or a URL or path. VV_ENOTFOUND: neither (near names as a hint). */
vv_status vv_remote_find(vv_remote *out, vv_repository *r, const char *word, vv_error *err);
void vv_remote_clear(vv_remote *m);
VV_AUTO_CLEAR(vv_remote, vv_remote_clear)

/* The remote that a branch ("refs/heads/main") follows: branch.<name>.remote, else "origin",
 * else the only one there is. push: also branch.<name>.pushRemote and remote.pushDefault.
 * Owned; VV_ENOTFOUND. */
vv_status vv_remote_default(char **name, vv_repository *r, const char *branch, bool push,
			    vv_error *err);

/* Names, sorted. Free with vv_names_free. */
vv_status vv_remote_names(char ***names, size_t *count, vv_repository *r, vv_error *err);

/* The tracking ref of a branch of the remote ("refs/remotes/origin/main"); owned; NULL: none. */
vv_status vv_remote_tracking(char **out, const vv_remote *m, const char *branch, vv_error *err);

/* Whose is a tracking branch? The remote's whose refspecs write it, and no other repository moves it. */
vv_status vv_remote_owns(bool *out, const vv_remote *m, const char *ref, vv_error *err);
/* Appends the folder for branches of a peer that sends history instead of a remote: "refs/remotes/<its name>/", or,
 * for a URL, with the last part of its path; prefixed with "peer-" if that is a remote's name. */
vv_status vv_remote_peer_folder(vv_buf *out, vv_repository *r, const vv_remote *peer,
				vv_error *err);

/* "remote.NAME.KEY"; owned; NULL when out of memory. */
char *vv_remote_key(const char *name, const char *key);

#endif
