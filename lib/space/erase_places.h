/*
 * erase_places: carries an applied plan of 'varve erase' out at Git hosts and their stores, and looks there
 * again.
 *
 * 	vv_erase_places_read(&known, repo, remotes, ...);    before the search; known is vv_erase.also
 * 	... vv_erase_apply: the refs here have moved ...
 * 	vv_erase_places_apply(&answers, &run, err);
 * 	... vv_erase_free: the old data here is removed last, as a place may need it ...
 * 	vv_erase_places_look(&answers, &run, err);
 * 	vv_erase_answers_clear(&answers);
 *
 * The order at a remote is: blocks of the new versions; refs, each by compare-and-swap; then the old
 * blocks go, as those of expired versions do (expire_places.h). If it is interrupted or refused,
 * the same calls finish it: the plan has the new ids.
 */
#ifndef VV_LIB_SPACE_ERASE_PLACES_H
#define VV_LIB_SPACE_ERASE_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "lib/space/erase_plan.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* What is known of the old data at a place. */
typedef enum vv_erase_answer_kind {
	VV_ERASE_GONE,    /* it was looked at after the erasure, and has none of it */
	VV_ERASE_SAMPLED, /* objects of a host: it was asked for some, and has none of these */
	VV_ERASE_STAYS,   /* it has some */
	VV_ERASE_UNSEEN,  /* it could not be looked at, or only in part */
	VV_ERASE_OUT_OF_REACH
} vv_erase_answer_kind;

/* The answer of one place. Texts are borrowed from the list. */
typedef struct vv_erase_answer {
	vv_erase_answer_kind kind;
	const char *remote; /* its name; NULL: this repository */
	const char *place;  /* URL, or the name of a ref */
	const char *what;   /* "refs", "objects" or "blocks" */
	const char *why;    /* the remaining data, the reason, the next step; NULL: none */
	uint64_t gone, there, unasked; /* numbers of old refs, objects or blocks */
	int64_t time;                  /* when it was looked at, in seconds since 1970 */
} vv_erase_answer;

/* A list of answers. Zero it first. */
typedef struct vv_erase_answers {
	vv_arena arena;
	vv_erase_answer *items;
	size_t count, cap;
} vv_erase_answers;
void vv_erase_answers_clear(vv_erase_answers *a);
VV_AUTO_CLEAR(vv_erase_answers, vv_erase_answers_clear)
/* Adds an answer, with the current time and copies of its texts. */
vv_status vv_erase_answers_add(vv_erase_answers *a, const vv_erase_answer *like, vv_error *err);
/* Adds the answer of a file that was not erased, or not searched. Its path, the place, and the reason may
 * have a value, which is masked. */
vv_status vv_erase_answers_file(vv_erase_answers *a, const vv_erase_answer *like,
				vv_erase_values *values, vv_error *err);

/* Adds the ids of all refs of the remotes to `known`, and sorts it. Fetches their history and
 * missing rows. Rows that no remote has remain missing, and the search lists their versions. VV_EREFUSED: a
 * remote has signed heads. VV_EUSAGE: it is not a Git host. */
vv_status vv_erase_places_read(vv_oids *known, vv_repository *r, const vv_string_list *remotes,
			       const vv_notes *notes, const vv_progress *progress, vv_error *err);

/* An applied plan, and how it is carried out. */
typedef struct vv_erase_places_run {
	vv_erase_plan *plan;
	const vv_oids *known;      /* refs that the search had, as vv_erase_places_read adds them */
	const vv_cid_set *expired; /* roots that were not searched, as their rows expired here */
	vv_repository *repo;
	const vv_notes *notes;
	bool now; /* nothing else writes to the places: whatever no ref needs is removed at once */
} vv_erase_places_run;

/* Moves refs and frees blocks at the plan's remotes, and adds answers about data that is not freed.
 * VV_ECONFLICT: a ref there moved meanwhile. VV_EREFUSED: a host refuses to replace a ref. Nothing
 * that the remaining refs need was removed. */
vv_status vv_erase_places_apply(vv_erase_answers *out, const vv_erase_places_run *run,
				vv_error *err);
/* Connects again, and adds the answers of the plan's remotes. Fails only if out of memory. */
vv_status vv_erase_places_look(vv_erase_answers *out, const vv_erase_places_run *run,
			       vv_error *err);

#endif
