/*
 * log_filter: chooses the commits that log shows: by date, author, message, number of parents, and
 * by added or removed values (-S).
 */
#ifndef VV_LIB_VIEW_LOG_FILTER_H
#define VV_LIB_VIEW_LOG_FILTER_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/date.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

typedef struct vv_log_filter_options {
	/* from the beginning of a date, as vv_date_span takes it; NULL: any time */
	const char *since;
	const char *until; /* up to the end of a date */
	const char *author,
		*grep;     /* basic regular expressions, of "Name <mail>" and of the message */
	const char *value; /* -S */
	vv_dataset_reader *reader; /* of value */
	bool ignore_case;          /* for author and grep */
	bool merges, no_merges;
	const char *const *paths; /* of value: only these; NULL: all */
} vv_log_filter_options;

typedef struct vv_log_filter vv_log_filter;

/* opts must outlive the filter. VV_EUSAGE: a date or an expression that cannot be read. */
vv_status vv_log_filter_open(vv_log_filter **out, vv_repository *r,
			     const vv_log_filter_options *opts, vv_error *err);

/* Returns 1 if log shows the commit, 0 if not, or a negative vv_status. */
int vv_log_filter_passes(vv_log_filter *f, const vv_oid *id, vv_error *err);
void vv_log_filter_close(vv_log_filter *f); /* accepts NULL */
VV_AUTO_FREE(vv_log_filter, vv_log_filter_close)

#endif
