/*
 * day: resolves revisions with a date, such as 2026-11-17, @{2026-11-17 14:00} and
 * main@{yesterday}.
 *
 * The result is the newest commit, following first parents, whose committer date is before the end
 * of the day, month, minute or second. Git, in contrast, uses the reflog of the clone.
 */
#ifndef VV_REPO_GIT_HISTORY_DAY_H
#define VV_REPO_GIT_HISTORY_DAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* The parts of a revision with a date. */
typedef struct vv_day_word {
	size_t ref_len;   /* length of the part before "@{" */
	const char *text; /* the date */
	size_t len;
	const char *rest; /* the part after the date, like "~2^"; mostly "" */
	/* the revision is only a date, which may also be the name of a ref or file */
	bool bare;
} vv_day_word;

/* Returns true if the revision rev is a bare date, or has @{TEXT} that is not one of Git's own
 * forms, such as @{2}, @{-1} and @{upstream}, and sets *out, which borrows from rev. vv_day_commit
 * checks whether TEXT is a date. */
bool vv_day_word_read(vv_day_word *out, const char *rev);

/* Sets *out to the commit of the date w, found from the commit tip along first parents. VV_EUSAGE:
 * the text is not a valid date. VV_ENOTFOUND: all commits are newer than the date, or the date is
 * in the future and later than tip. The hint of a VV_ENOTFOUND names the nearest day. */
vv_status vv_day_commit(vv_repository *r, const vv_oid *tip, const vv_day_word *w, vv_oid *out,
			vv_error *err);

#endif
