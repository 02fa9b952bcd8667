/*
 * decide: the rules that decide about a cell that both sides changed.
 */
#ifndef VV_DIFF_MERGE_DECIDE_H
#define VV_DIFF_MERGE_DECIDE_H

#include "base/arena.h"
#include "diff/merge/rules.h"
#include "diff/merge/state.h"

typedef struct merge_question {
	const vv_merge_rule *rule;
	const vv_field *field;
	const vv_cell *side[MERGE_VERSIONS]; /* of base NULL: both added the row */
	bool json[2];                        /* is the side a table in JSON? */
	size_t ours;                         /* 0 or 1 */
	/* LATEST: the column that decides; by[] is NULL where a row lacks it */
	const vv_field *by_field;
	const vv_cell *by[2];
	const char *twice; /* why a sum may count a change twice; NULL: it does not */
} merge_question;
typedef struct merge_answer {
	int side;         /* 0, 1: its cell is taken; -1: see text, or why */
	const char *text; /* made of both, in the arena; NULL: none was */
	size_t len;
	const char *why; /* neither: why the rule does not decide; in the arena */
} merge_answer;

/* Applies q->rule, which must not be VV_MERGE_CONFLICT. The texts of *out are in the arena. */
vv_status merge_decide(merge_answer *out, const merge_question *q, vv_arena *arena, vv_error *err);

#endif
