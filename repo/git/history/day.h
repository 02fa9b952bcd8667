/*
 * day: commits by the time at which they were the newest.
 *
 * In 2026-11-17, @{2026-11-17 14:00} and main@{yesterday} the commit is the last one on the line of first parents whose
 * committer date is before the end of that day, month, minute or second. Git looks into the reflog of this clone instead.
 */
#ifndef VV_REPO_GIT_HISTORY_DAY_H
#define VV_REPO_GIT_HISTORY_DAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* The parts of a revision that has a day in it. */
typedef struct vv_day_word {
	size_t ref_len; /* length of the part before "@{" */
	const char *text;
	size_t len;
	const char *rest; /* "~2^", mostly "" */
	bool bare;        /* 2026-11-17, which a ref or a file may be called as well */
} vv_day_word;

/* Is there a day in it? Not in what Git reads otherwise: @{2}, @{-1}, @{upstream}. */
bool vv_day_word_read(vv_day_word *out, const char *rev);

/* The commit of that day on the line that ends with tip. VV_EUSAGE: not a date of the calendar; VV_ENOTFOUND, with the
 * nearest day: no commit is that old, or the day is in the future. */
vv_status vv_day_commit(vv_repository *r, const vv_oid *tip, const vv_day_word *w, vv_oid *out,
			vv_error *err);

#endif
