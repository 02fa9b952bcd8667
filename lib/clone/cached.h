/*
 * cached: a repository at a URL, read without a clone of one's own: a bare lazy clone in a cache that all processes
 * of a user share.
 *
 * The cache is a folder: VARVE_CACHE, else $XDG_CACHE_HOME/varve, else ~/.cache/varve. Each URL has one folder in it:
 *
 *	repos/<name>-<16 hex>/lock            locked by readers together, by what removes it alone; its time is the last reading
 *	                      refs.lock       locked by the process that clones or asks for refs
 *	                      repository.git  the clone
 *	                      asked           is there once the clone is whole; its time is that of the refs
 *
 * Each opening asks the URL for its refs once. When more than the limit is in the cache, what was read longest ago is
 * removed, but nothing that a process reads. A killed process leaves nothing that the next one cannot continue or
 * remove.
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
	bool as_is;         /* refs are requested only where they never were */
	bool must_answer; /* a URL that does not answer is an error, although it was read before */
} vv_cached_options;

/* Another repository's URL that is before '#' in a word (URL#REV:PATH): a scheme with "://", user@host:path, a name
 * (lib/heads/named.h), or the path of a folder. Its length; 0: the word has none. */
size_t vv_cached_url_len(const char *word);

/* Where the URL does not answer and was read before, that is a warning with the age of its refs. VV_ENOTFOUND, VV_EIO and
 * others as vv_clone_job_run where it was not. VV_OFFLINE_VAR in the environment: it is not asked. */
vv_status vv_cached_open(vv_cached **out, const char *url, const vv_cached_options *o,
			 vv_error *err);
const char *vv_cached_url(const vv_cached *c);    /* of a folder its whole path; borrowed */
const char *vv_cached_folder(const vv_cached *c); /* the repository; borrowed */
void vv_cached_close(vv_cached *c);               /* accepts NULL */
VV_AUTO_FREE(vv_cached, vv_cached_close)

#endif
