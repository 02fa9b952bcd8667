/*
 * cached: reads a repository at a URL without a clone of the user's: a bare lazy clone in a cache that all processes of a user
 * share.
 *
 * The cache is a folder: VARVE_CACHE, else $XDG_CACHE_HOME/varve, else ~/.cache/varve. Each URL has one folder in it:
 *
 *	repos/<name>-<16 hex>/lock            locked shared by readers, exclusively by the remover; its time is the last reading
 *	                      refs.lock       locked by the process that clones or fetches refs
 *	                      repository.git  the clone
 *	                      asked           exists when the clone is complete; its time is that of the refs
 *
 * Each opening fetches the URL's refs once. Above the cache's limit the least recently read repositories are removed, except
 * those in use. The next process continues or removes the leftovers of a killed one.
 *
 * A correct caller: vv_cached_open; opens the repository at vv_cached_folder; closes that; vv_cached_close.
 */
#ifndef VV_LIB_CLONE_CACHED_H
#define VV_LIB_CLONE_CACHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"

typedef struct vv_cached vv_cached;

typedef struct vv_cached_options {
	const vv_env *env;
	const vv_notes *notes;
	const char *folder; /* NULL: the usual one */
	uint64_t limit;     /* of all in the cache, in bytes; 0: varve.cacheSize */
	bool as_is;         /* refs are requested only if they never were */
	bool must_answer; /* a URL that does not answer is an error, although it was read before */
} vv_cached_options;

/* Another repository's URL that is before '#' in a word (URL#REV:PATH): a scheme with "://", user@host:path, a name
 * (lib/heads/named.h), or the path of a folder. Its length; 0: the word has none. */
size_t vv_cached_url_len(const char *word);

/* If the URL does not answer and was read before, warns with the age of its refs; otherwise VV_ENOTFOUND, VV_EIO and
 * others as vv_clone_job_run. VV_OFFLINE_VAR in the environment: does not connect. */
vv_status vv_cached_open(vv_cached **out, const char *url, const vv_cached_options *o,
			 vv_error *err);
const char *vv_cached_url(const vv_cached *c);    /* of a folder its whole path; borrowed */
const char *vv_cached_folder(const vv_cached *c); /* the repository; borrowed */
void vv_cached_close(vv_cached *c);               /* accepts NULL */
VV_AUTO_FREE(vv_cached, vv_cached_close)

#endif
