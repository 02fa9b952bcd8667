/*
 * retention: chooses the versions of a table that a policy keeps, such as "last=30,daily=30".
 *
 * A policy has rules. "last=N" keeps the N newest versions. "daily=N" keeps the newest version of
 * each of the N latest days that have a version; weekly, monthly and yearly likewise. Days are those
 * of the commits' dates, each in the commit's own time zone; weeks begin on Monday.
 */
#ifndef VV_LIB_SPACE_RETENTION_H
#define VV_LIB_SPACE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* The rules. */
enum {
	VV_KEEP_LAST,
	VV_KEEP_DAILY,
	VV_KEEP_WEEKLY,
	VV_KEEP_MONTHLY,
	VV_KEEP_YEARLY,
	VV_KEEP_COUNT
};

/* A policy. */
typedef struct vv_retention {
	uint64_t counts[VV_KEEP_COUNT]; /* the N of each rule; 0: the policy lacks the rule */
} vv_retention;

/* Parses a policy: rules "NAME=N", separated by commas; N is at least 1. VV_EUSAGE: the text has
 * another form, or names a rule twice. */
vv_status vv_retention_parse(vv_retention *out, const char *text, vv_error *err);
/* Appends the policy in the form that vv_retention_parse reads. */
void vv_retention_put(vv_buf *out, const vv_retention *p);

/* A commit that brought a version of a table. */
typedef struct vv_retained {
	int64_t time;   /* of the commit, in seconds since 1970 */
	int offset_min; /* time zone of the commit, in minutes east of UTC */
	bool again;     /* a newer item brought the same version: it does not count for "last" */
	unsigned rules; /* result: bit i is set if the rule i keeps the version */
} vv_retained;

/* Sets `rules` of the count items, which are sorted: the newest first. */
void vv_retention_choose(const vv_retention *p, vv_retained *items, size_t count);

#endif
