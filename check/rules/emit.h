/*
 * emit: reports the findings of a run, and their totals. A run is one check of a version (check_run
 * in groups.h). Private to check/rules.
 */
#ifndef VV_CHECK_RULES_EMIT_H
#define VV_CHECK_RULES_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/rules/finding.h"
#include "check/rules/groups.h"

typedef struct vv_check_options vv_check_options;
typedef struct vv_check_result vv_check_result;

/* Reports the findings of a run. */
typedef struct check_emit check_emit;
/* Opens *out for a run, which must outlive it. Close *out after a failure, too. */
vv_status check_emit_open(check_emit **out, check_run *r, vv_error *err);
void check_emit_close(check_emit *e); /* accepts NULL */
VV_AUTO_FREE(check_emit, check_emit_close)
vv_status check_emit_notes(check_emit *e, vv_error *err); /* reports the notes of the plan */
/* Reports blank lines between the rows. */
vv_status check_emit_blank_lines(check_emit *e, vv_error *err);
/* Reports that rows have a line end other than that of the dialect: one finding, at the first such row,
 * with their number. */
vv_status check_emit_line_ends(check_emit *e, vv_error *err);
/* Reports the findings about rows and cells that were counted in the row groups. Call
 * check_emit_blank_lines first. */
vv_status check_emit_cells(check_emit *e, vv_error *err);
/* Reports a finding about a row (from 0) and its cells in some columns of the plan. message and
 * expected: as in vv_finding. */
vv_status check_emit_row(check_emit *e, const vv_rule *rule, vv_severity severity, uint64_t row,
			 const size_t *columns, size_t count, const char *message,
			 const char *expected, vv_error *err);
/* Sets the name that later findings get if they have none: the name of a rule of varve.checks, or NULL.
 * name is borrowed. */
void check_emit_name(check_emit *e, const char *name);
/* Sets the path, the commit and, if it has none, the name of f, and reports f. For findings that are
 * not about a row. */
vv_status check_emit_give(check_emit *e, vv_finding *f, vv_error *err);
/* Adds `found` findings to the totals. `given` of them were reported; passes the number of the others
 * to the member `more` of the run's options. `like` has the rule, severity, column and violated
 * condition (expected) of all these findings. tolerated: the `mostly` of the rule tolerates the
 * findings, so they are neither reported nor counted as found. */
vv_status check_emit_total(check_emit *e, const vv_finding *like, uint64_t found, uint64_t given,
			   bool tolerated, vv_error *err);
/* Like check_emit_total, but without a run. */
vv_status check_total_add(vv_check_result *out, const vv_check_options *o, const vv_finding *like,
			  uint64_t found, uint64_t given, bool tolerated, vv_error *err);
/* Returns the maximum number of reported findings for each rule and column; UINT64_MAX: no limit. */
uint64_t check_limit(const check_run *r);
/* Returns true if a rule with this `mostly` (vv_rule_setting.mostly) tolerates `found` findings among
 * `seen` values. The result is false if found is 0. */
bool check_tolerated(uint64_t mostly, uint64_t found, uint64_t seen);

#endif
