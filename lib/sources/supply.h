/*
 * supply: what the program varve-vault knows, for commands of other programs: blocks, proofs, places.
 *
 * One child, `varve-vault supply`, which starts with the first question and ends with the object. It has a line for each
 * question that may be under way beside others: threads ask on lines of their own (supply_message.h). What the child
 * has for people (notes, progress, a question for a passphrase) it prints itself. It gives signs of life while it
 * works; one that gives none for the time limit of connections, or that answers nonsense, is not asked on that line
 * again.
 *
 * A correct caller: new; ask, from as many threads as there are lines; free.
 */
#ifndef VV_LIB_SOURCES_SUPPLY_H
#define VV_LIB_SOURCES_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/sources/supply_message.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"
#include "transport/line/options.h"

#define VV_SUPPLY_LINES_MAX VV_PROGRAM_LINES_MAX

typedef struct vv_supply vv_supply;

typedef struct vv_supply_options {
	vv_repository *repo;               /* whose vault; only its path and environment are kept */
	const vv_connect_options *connect; /* time limits; NULL: the usual ones */
	bool named;                        /* by the user, who may be asked for a passphrase */
	bool quiet;                        /* nothing is said to people */
	size_t lines;                      /* 1 or more, at most VV_SUPPLY_LINES_MAX */
} vv_supply_options;

/* VV_EPROGRAM with a hint: the program is not installed. */
vv_status vv_supply_installed(const vv_env *env, vv_error *err);

/* Starts nothing yet. NULL: out of memory. */
vv_supply *vv_supply_new(const vv_supply_options *o);
/* Ends the child, whatever it does. Accepts NULL. */
void vv_supply_free(vv_supply *s);
VV_AUTO_FREE(vv_supply, vv_supply_free)

/* A frame of an answer, but its end. */
typedef vv_status (*vv_supply_frame_fn)(void *payload, uint8_t type, const void *bytes, size_t len,
					vv_error *err);

/* Asks on the line, and gives each frame of the answer to fn (NULL: there is none). What the child fails of is the failure
 * of the call. VV_EPROGRAM with a hint: the program is not installed. */
vv_status vv_supply_ask(vv_supply *s, size_t line, const vv_supply_request *q,
			vv_supply_frame_fn fn, void *payload, vv_error *err);
/* From another thread: nobody waits for the answer on that line any more; what is under way fails soon, and
 * no blocks come on that line until something else is asked on it. */
void vv_supply_stop(vv_supply *s, size_t line);

#endif
