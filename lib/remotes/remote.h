/*
 * remote: reads the configured remotes of a repository, and refspecs.
 *
 * A remote has Git's settings remote.<name>.url, pushurl and fetch, and these settings of varve:
 * peers (further URLs from which blocks are fetched), varve (the path of varve on the remote
 * machine, for ssh), varveKind (the detected kind: "git", which is a host without varve, "folder"
 * or "peer"), varveUrl (URLs of stores and block peers that have a Git host's blocks), and
 * varveName (the name by which the URL was found). Source: git-config(1), gitglossary(7) "refspec".
 */
#ifndef VV_LIB_REMOTES_REMOTE_H
#define VV_LIB_REMOTES_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

/* One value = one refspec, such as "+refs/heads/X:refs/remotes/origin/X". `from` and `to` may both
 * contain one '*'. */
typedef struct vv_refspec {
	char *from, *to; /* `to` is NULL if the refspec has no destination */
	bool force;      /* the refspec begins with '+' */
} vv_refspec;
/* Parses `text` into *out. VV_EUSAGE: text is not a refspec. */
vv_status vv_refspec_read(vv_refspec *out, const char *text, vv_error *err);
void vv_refspec_clear(vv_refspec *s);
VV_AUTO_CLEAR(vv_refspec, vv_refspec_clear)
/* Returns the name to which s maps the ref `name`: s->to, with its '*' replaced, if name matches
 * s->from. The caller frees the result with vv_free. Returns NULL and sets *rc to VV_OK if the name
 * does not match, or s has no destination; to VV_ENOMEM if out of memory. */
char *vv_refspec_map(const vv_refspec *s, const char *name, vv_status *rc);

/* One value = one remote: its settings. */
typedef struct vv_remote {
	char *name;           /* NULL: the user specified a URL */
	char *url, *push_url; /* the first of each; push_url NULL: url */
	size_t url_count, push_url_count;
	/* url is where `git push` connects (vv_remote_push_at): neither git's settings
	 * url.*.insteadOf nor the remote's name, which may mean other places, apply to it */
	bool exact;
	char *program; /* setting varve: path of varve on the remote machine; NULL: not set */
	char *kind;    /* setting varveKind; NULL: not known yet */
	/* setting varveName: the name of the repository by which the URL was found
	 * (lib/heads/named.h); may be NULL */
	char *found_by;
	vv_string_list peers;       /* setting peers: URLs */
	vv_string_list blocks_urls; /* setting varveUrl: URLs of a Git host's blocks */
	vv_refspec *fetch;          /* setting fetch */
	size_t fetch_count;
} vv_remote;

/* Sets *out to the remote `word`, which is a remote's name, a URL or a path. If r is NULL, it is a
 * URL or a path. VV_ENOTFOUND: there is no such remote; the hint may have similar names. */
vv_status vv_remote_find(vv_remote *out, vv_repository *r, const char *word, vv_error *err);
void vv_remote_clear(vv_remote *m);
VV_AUTO_CLEAR(vv_remote, vv_remote_clear)

/* Appends to out the URLs to which `git push` sends for the remote m, as its settings url, pushurl
 * and url.*.pushInsteadOf have it, if these may be more than one place, or another one than fetches
 * read; else nothing. */
vv_status vv_remote_push_urls(vv_string_list *out, vv_repository *r, const vv_remote *m,
			      vv_error *err);
typedef vv_status (*vv_remote_place_fn)(void *payload, vv_error *err);
/* Makes m each of the places to which `git push` sends for it, one after the other, and calls fn
 * there; once, with m as it is, if that is only the place from which fetches read. As in git, a
 * failure does not end this: the first one is the result, and the others are sent to r's listener as
 * warnings. */
vv_status vv_remote_push_each(vv_remote *m, vv_repository *r, vv_remote_place_fn fn, void *payload,
			      vv_error *err);
/* Does what vv_remote_push_urls does, for those URLs from which fetches do not read. */
vv_status vv_remote_push_only(vv_string_list *out, vv_repository *r, const vv_remote *m,
			      vv_error *err);
/* Makes m the remote as `git push` reaches it at `url`, one of vv_remote_push_urls, or the URL that
 * git passes to its hook. */
vv_status vv_remote_push_at(vv_remote *m, vv_repository *r, const char *url, vv_error *err);

/* Sets *name to the name of the default remote of `branch`, such as "refs/heads/main"; branch may
 * be NULL. The default remote is that of branch.<name>.remote, else "origin", else the only remote.
 * If push is true, branch.<name>.pushRemote and then remote.pushDefault have priority. The caller
 * frees *name with vv_free. VV_ENOTFOUND: none of these exists. */
vv_status vv_remote_default(char **name, vv_repository *r, const char *branch, bool push,
			    vv_error *err);

/* Adds the names of all remotes of r to *out, an empty list, sorted. */
vv_status vv_remote_names(vv_string_list *out, vv_repository *r, vv_error *err);

/* Sets *out to the tracking ref ("refs/remotes/origin/main") of `branch`, a branch of the remote m,
 * which the caller frees with vv_free, or to NULL if the branch has no tracking ref. */
vv_status vv_remote_tracking(char **out, const vv_remote *m, const char *branch, vv_error *err);

/* Adds to tips the commits of the tracking refs of the remote `name`. */
vv_status vv_remote_tracked_tips(vv_oids *tips, vv_repository *r, const char *name, vv_error *err);
/* Adds to tips the commits of all local branches, and of the tracking refs of the remote m. */
vv_status vv_remote_branch_tips(vv_oids *tips, vv_repository *r, const vv_remote *m, vv_error *err);

/* Sets *out to true if a refspec of the remote m writes the tracking ref `ref`, else to false. Only
 * fetches from m may move such a ref. */
vv_status vv_remote_owns(bool *out, const vv_remote *m, const char *ref, vv_error *err);
/* Appends to out the folder of tracking refs for `peer`, from which history is fetched instead of a
 * remote: "refs/remotes/<name>/". The name is the peer's name, or, for a URL, the last part of its
 * path without ".git"; if a remote has the latter name, the prefix "peer-" is added. */
vv_status vv_remote_peer_folder(vv_buf *out, vv_repository *r, const vv_remote *peer,
				vv_error *err);

/* Returns the name of the setting `key` of the remote `name`, "remote.NAME.KEY", which the caller
 * frees with vv_free. NULL if out of memory. */
char *vv_remote_key(const char *name, const char *key);

#endif
