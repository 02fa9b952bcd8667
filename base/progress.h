/*
 * progress: reports of progress and notes from lower folders to the command.
 *
 * Nothing below the commands prints: it calls the functions that it was given, which may
 * be NULL. Calls may come often and from one thread at a time.
 */
#ifndef VV_BASE_PROGRESS_H
#define VV_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef struct vv_progress {
	/* done of total bytes; total 0 when unknown. False: the work is to end. */
	bool (*update)(void *payload, const char *what, uint64_t done, uint64_t total);
	void *payload;
	/* the same of rows, versions or other things: only how large a part is done means something */
	bool (*part)(void *payload, const char *what, uint64_t done, uint64_t total);
} vv_progress;

/* Calls p->update unless p or it is NULL. VV_ECANCELLED: p->update cancelled; the caller returns
 * it. */
vv_status vv_progress_update(const vv_progress *p, const char *what, uint64_t done, uint64_t total,
			     vv_error *err);
/* The same for p->part. */
vv_status vv_progress_part(const vv_progress *p, const char *what, uint64_t done, uint64_t total,
			   vv_error *err);

typedef enum vv_note_kind { VV_NOTE_PLAIN, VV_NOTE_WARNING } vv_note_kind;

/* Receives progress and notes of a running command. Any function may be NULL, and so may the whole
 * struct: such notes are dropped. */
typedef struct vv_notes {
	void (*note)(void *payload, vv_note_kind kind, const char *line);
	/* Starts progress (NULL: not shown), until `end`, which may be called too often. */
	const vv_progress *(*begin)(void *payload);
	void (*end)(void *payload);
	void *payload;
	bool alone;             /* used by the library: never prompt, and take varve from PATH */
	vv_hint_words_fn words; /* the program's; NULL: hints that are codes are left out */
} vv_notes;

/* A line, without its end. */
void vv_notes_put(const vv_notes *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Likewise, of something that is probably not as it should be. */
void vv_notes_warn(const vv_notes *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line "hint: ..." of a code and its arguments (hint.h) in the words of n; nothing where n has none. */
#define vv_notes_hint(...) vv_notes_hint_put(__VA_ARGS__, NULL, NULL, NULL)
void vv_notes_hint_put(const vv_notes *n, vv_hint_id id, const char *a, const char *b,
		       const char *c, ...);
/* vv_hint_word with the words of n. */
void vv_notes_word(const vv_notes *n, vv_error *err);
const vv_progress *vv_notes_begin(const vv_notes *n);
void vv_notes_end(const vv_notes *n);

#endif
