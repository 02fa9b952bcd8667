/*
 * remote: the configured remotes of a repository, and refspecs.
 *
 * Stored as in Git: remote.<name>.url, pushurl, fetch; varve's own are remote.<name>.peers
 * (further URLs to fetch blocks from), remote.<name>.varve (the program's name there, for ssh),
 * and remote.<name>.varveKind (the detected kind: "git", a host without varve, "folder" or
 * "peer"). Source: git-config(1), gitglossary(7) "refspec".
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
	char *from, *to; /* to NULL: no target was given */
	bool force;
} vv_refspec;
vv_status vv_refspec_read(vv_refspec *out, const char *text, vv_error *err); /* VV_EUSAGE */
void vv_refspec_clear(vv_refspec *s);
VV_AUTO_CLEAR(vv_refspec, vv_refspec_clear)
/* Maps a ref that matches from to its name on the side of to. Owned by the caller; NULL: no
 * match, or out of memory (see *rc). */
char *vv_refspec_map(const vv_refspec *s, const char *name, vv_status *rc);

typedef struct vv_remote {
	char *name; /* NULL: the user gave a URL, not a name */
	char *url, *push_url;
	char *program;
	char *kind; /* varveKind; NULL: not known yet */
	/* remote.<name>.varveName: the name by which the URL was found (lib/heads/named.h), or
	 * NULL */
	char *found_by;
	char **peers;
	size_t peer_count;
	char **blocks_urls; /* remote.<name>.varveUrl: URLs of a Git host's blocks */
	size_t blocks_url_count;
	vv_refspec *fetch;
	size_t fetch_count;
} vv_remote;

/* Finds a remote. word: a remote's name, or a URL or path. VV_ENOTFOUND: word is none of these;
 * similar names are the hint. */
vv_status vv_remote_find(vv_remote *out, vv_repository *r, const char *word, vv_error *err);
void vv_remote_clear(vv_remote *m);
VV_AUTO_CLEAR(vv_remote, vv_remote_clear)

/* Sets *name to the remote that a branch ("refs/heads/main") follows: branch.<name>.remote, else
 * "origin", else the only remote. push: branch.<name>.pushRemote and remote.pushDefault are used
 * first. Owned by the caller; VV_ENOTFOUND. */
vv_status vv_remote_default(char **name, vv_repository *r, const char *branch, bool push,
			    vv_error *err);

/* Lists the names of all remotes, sorted. Free *names with vv_names_free. */
vv_status vv_remote_names(char ***names, size_t *count, vv_repository *r, vv_error *err);

/* Sets *out to the tracking ref of a branch of the remote ("refs/remotes/origin/main"). Owned by
 * the caller; *out NULL: the branch has no tracking ref. */
vv_status vv_remote_tracking(char **out, const vv_remote *m, const char *branch, vv_error *err);

/* Does the tracking branch ref belong to the remote? It does if a refspec of the remote writes
 * it; no other repository may move it. */
vv_status vv_remote_owns(bool *out, const vv_remote *m, const char *ref, vv_error *err);
/* Appends the tracking folder of a peer that sends history in place of a remote:
 * "refs/remotes/<its name>/", or, for a URL, with the last part of its path; prefixed with
 * "peer-" if a remote has this name. */
vv_status vv_remote_peer_folder(vv_buf *out, vv_repository *r, const vv_remote *peer,
				vv_error *err);

/* Returns the setting's name "remote.NAME.KEY"; owned by the caller; NULL: out of memory. */
char *vv_remote_key(const char *name, const char *key);

#endif
