/*
 * progress: passes progress and notes (lines for the user) from lower folders to the command.
 *
 * Code below the commands does not print. It calls the functions in these structs, which the command
 * provides. Each function may be NULL. Code may call the functions often, but from only one thread at
 * a time.
 */
#ifndef VV_BASE_PROGRESS_H
#define VV_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The functions that receive progress. `what` names the piece of work. */
typedef struct vv_progress {
	/* Receives that `done` of `total` bytes are processed. total 0: the total is not known.
	 * Returns false to cancel the work. */
	bool (*update)(void *payload, const char *what, uint64_t done, uint64_t total);
	void *payload;
	/* Receives progress in rows, versions or other units: only the ratio of `done` to `total` is
	 * meaningful. Returns false to cancel the work. */
	bool (*part)(void *payload, const char *what, uint64_t done, uint64_t total);
} vv_progress;

/* Calls p->update, unless p or p->update is NULL. VV_ECANCELLED: p->update returned false; the
 * caller must return VV_ECANCELLED too. */
vv_status vv_progress_update(const vv_progress *p, const char *what, uint64_t done, uint64_t total,
			     vv_error *err);
/* Like vv_progress_update, with p->part. */
vv_status vv_progress_part(const vv_progress *p, const char *what, uint64_t done, uint64_t total,
			   vv_error *err);

/* The kind of a note. */
typedef enum vv_note_kind { VV_NOTE_PLAIN, VV_NOTE_WARNING } vv_note_kind;

/* The functions that receive progress and notes of a running command. The functions below accept NULL
 * in place of a pointer to this struct. Without `note`, notes are dropped. */
typedef struct vv_notes {
	/* shows a note: one line of text, without its line end */
	void (*note)(void *payload, vv_note_kind kind, const char *line);
	/* Starts a progress display, and returns the functions to call with progress, borrowed
	 * until `end`. A result of NULL: progress is not shown. `end` stops the display, and may
	 * also be called without `begin`. */
	const vv_progress *(*begin)(void *payload);
	void (*end)(void *payload);
	void *payload;
	/* the caller is a program that uses the library: never prompt; to run varve, search PATH */
	bool alone;
	/* writes the sentence for the code of a hint; NULL: such hints are dropped */
	vv_hint_words_fn words;
} vv_notes;

/* Formats a line, without its line end, and passes it to n->note as VV_NOTE_PLAIN. */
void vv_notes_put(const vv_notes *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Formats a line as vv_notes_put does, and passes it to n->note as VV_NOTE_WARNING. */
void vv_notes_warn(const vv_notes *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Passes a line "hint: ..." to n->note, with the sentence that n->words writes for a hint's code
 * and its arguments (hint.h). Does nothing if n->words is NULL or writes no sentence. */
#define vv_notes_hint(...) vv_notes_hint_put(__VA_ARGS__, NULL, NULL, NULL)
/* Does the work of vv_notes_hint; the list of arguments ends with NULL. */
void vv_notes_hint_put(const vv_notes *n, vv_hint_id id, const char *a, const char *b,
		       const char *c, ...);
/* Calls vv_hint_word with err and n->words. */
void vv_notes_word(const vv_notes *n, vv_error *err);
/* Calls n->begin and returns its result. Returns NULL if n or n->begin is NULL. */
const vv_progress *vv_notes_begin(const vv_notes *n);
/* Calls n->end, unless n or n->end is NULL. */
void vv_notes_end(const vv_notes *n);

#endif
