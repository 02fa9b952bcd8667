/*
 * log_filter: selects the commits that log shows: by date, author, message, number of parents, and
 * by added or removed values (-S).
 */
#ifndef VV_LIB_VIEW_LOG_FILTER_H
#define VV_LIB_VIEW_LOG_FILTER_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/text.h"
#include "lib/names/gaps.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/date.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

/* The options of a filter. A commit passes the filter if it meets all of them. Names are mapped by
 * .mailmap before they are compared. */
typedef struct vv_log_filter_options {
	/* only commits whose committer date is not before the beginning of this date, in the form
	 * for vv_date_span; NULL: no limit */
	const char *since;
	const char *until; /* likewise, not after the end of this date; NULL: no limit */
	/* basic regular expressions, of which one must match: authors "Name <mail>", greps a line
	 * of the message; empty: no limit */
	vv_strings authors, greps;
	/* only commits that add or remove this value (argument of -S), that is, a cell with this
	 * text, or, in a file that is not a table, an occurrence; merges do not pass; NULL: no
	 * limit */
	const char *value;
	vv_dataset_reader *reader; /* reads tables for value */
	bool ignore_case;          /* for authors and greps */
	bool merges, no_merges;    /* merges: only merges; no_merges: no merges */
	/* the paths to search for `value`, ended by NULL; NULL: all paths */
	const char *const *paths;
} vv_log_filter_options;

/* A filter. */
typedef struct vv_log_filter vv_log_filter;

/* Opens a filter with opts, which must outlive the filter, as *out. *out is NULL if opts has no
 * condition, so that all commits pass. VV_EUSAGE: a date or an expression is invalid. */
vv_status vv_log_filter_open(vv_log_filter **out, vv_repository *r,
			     const vv_log_filter_options *opts, vv_error *err);

/* Returns 1 if the commit *id passes the filter or f is NULL, 0 if not, or a negative vv_status. With
 * `value`, a commit does not pass if the rows of one of its versions are not here. */
int vv_log_filter_passes(vv_log_filter *f, const vv_oid *id, vv_error *err);
/* Returns the versions that could not be searched because their rows are not here, for vv_gaps_end;
 * borrowed. f must not be NULL. */
const vv_gaps *vv_log_filter_gaps(const vv_log_filter *f);
void vv_log_filter_close(vv_log_filter *f); /* accepts NULL */
VV_AUTO_FREE(vv_log_filter, vv_log_filter_close)

#endif
