/*
 * cached: opens the repository at a URL for reading, without a clone made by the user. Internally,
 * it makes a bare clone without blocks (a lazy clone) in a cache that all processes of a user
 * share.
 *
 * The cache is the folder VARVE_CACHE; if this variable is not set, $XDG_CACHE_HOME/varve; if that
 * is not set either, ~/.cache/varve. It has one folder for each URL:
 *
 *	repos/<name>-<16 hex>/lock            locked shared to read, exclusively to remove;
 *	                                      its time is when the repository was last read
 *	                      refs.lock       locked by the process that clones or fetches refs
 *	                      repository.git  the clone
 *	                      asked           exists if the clone is complete; its time is when
 *	                                      refs were last fetched; it lists refs that no
 *	                                      signed head lists, a line each
 *
 * Opening fetches the URL's refs. Closing removes the least recently read repositories, except
 * those in use, if the cache is larger than its limit. If a process is killed, the next one
 * continues its work, or removes its unfinished files.
 *
 * A correct caller calls vv_cached_open, opens the repository in the folder vv_cached_folder,
 * closes it, and calls vv_cached_close.
 */
#ifndef VV_LIB_CLONE_CACHED_H
#define VV_LIB_CLONE_CACHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/git/repository.h"

/* An open cached clone. */
typedef struct vv_cached vv_cached;

/* The options of vv_cached_open. */
typedef struct vv_cached_options {
	const vv_env *env;
	const vv_notes *notes; /* receives progress and warnings */
	const char *folder;    /* folder of the cache; NULL: the default */
	uint64_t limit;        /* size limit of the cache in bytes; 0: varve.cacheSize */
	bool as_is;            /* fetch refs only if the URL was never read before */
	bool must_answer;      /* fail if the URL does not answer, even if it was read before */
	/* read refs that the signed heads of the repository do not list, and its HEAD; false: they
	 * are left out, and HEAD is the default branch of the newest head */
	bool allow_unsigned;
} vv_cached_options;

/* Returns the number of bytes of URL in a word of the form URL#REST, or 0 if the word does not have
 * this form. URL has a scheme with "://", or is user@host:path, a name (lib/heads/named.h), or the
 * path of a folder or bundle; a path is not taken as URL if a file has the whole word as its name.
 * REST is not checked: it may be a revision, a path, REV:PATH, a range or empty. */
size_t vv_cached_url_len(const char *word);

/* Opens the cached clone of a URL, and fetches its refs. If the fetch fails but the URL was read
 * before, warns with the age of the refs and succeeds, unless o->must_answer is set, or the cause
 * is damage, a lost signed version, a full disk, a lack of memory or the user. Otherwise fails with
 * VV_ENOTFOUND, VV_EIO or another code of vv_clone_job_run. If the environment has VV_OFFLINE_VAR,
 * uses the cache without connecting; VV_EMISSING: the URL was never read. VV_EUSAGE: the URL is
 * empty, or the cache has no folder. VV_ELOCKED: another process repeatedly removed the clone, or
 * kept it locked for ten minutes. */
vv_status vv_cached_open(vv_cached **out, const char *url, const vv_cached_options *o,
			 vv_error *err);
/* Returns the URL, or the absolute path if the URL is the path of a folder. Borrowed from c. */
const char *vv_cached_url(const vv_cached *c);
const char *vv_cached_folder(const vv_cached *c); /* path of the repository; borrowed */
/* r: the repository in vv_cached_folder. VV_EREFUSED: the repository at the URL has signed heads,
 * and they do not list the branch or tag with which the revision `rev` or an end of a range begins,
 * such as "wip" in "wip~1", or HEAD's branch if rev begins with HEAD; without o->allow_unsigned, the
 * cached clone lacks such refs. With it, warns instead. Also warns of a commit that is newer than the
 * newest signed head (vv_cached_put_newer). */
vv_status vv_cached_check_signed(const vv_cached *c, vv_repository *r, const char *rev,
				 vv_error *err);
/* If the repository has signed heads, and the commit of `rev` is newer than the newest one, appends to
 * out a line about that. rev: a revision, which ':' and a path may follow. */
vv_status vv_cached_put_newer(vv_buf *out, const vv_cached *c, vv_repository *r, const char *rev,
			      vv_error *err);
/* If c was opened with allow_unsigned, appends to out a line with the names of the branches and tags
 * that the signed heads do not list; nothing if there are none. */
void vv_cached_put_unsigned(vv_buf *out, const vv_cached *c);
void vv_cached_close(vv_cached *c); /* accepts NULL */
VV_AUTO_FREE(vv_cached, vv_cached_close)

#endif
