/*
 * through: serves repositories of this machine through a relay (relay.h), which other machines can
 * reach when this one cannot be reached.
 *
 * One idle connection waits at the relay. When a visitor comes, it becomes the visitor's sealed
 * stream, a thread answers the visitor by `varve serve --stdio` (for a repository that keeps copies for
 * others, `varve vault serve --stdio`), and the next connection waits. A lost
 * connection is made again, after pauses that grow from one second to five minutes.
 */
#ifndef VV_CMD_WEB_RELAY_THROUGH_H
#define VV_CMD_WEB_RELAY_THROUGH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/env.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "base/progress.h"

#define VV_THROUGH_ALIVE_MAX 800u /* most seconds between two signs of life */

/* A machine that is let in. */
typedef struct vv_through_guest {
	uint8_t key[VV_KEY_PUBLIC];
	bool writes; /* it may push */
} vv_through_guest;

/* A served repository. */
typedef struct vv_through_repo {
	char *name, *path; /* name in addresses; absolute path of its folder */
	/* copies for others are kept in it (cmd/vault/hold/holding.h): any visitor may send requests about
	 * them, since the signatures in these requests determine which copies are kept */
	bool holds;
} vv_through_repo;

/* The options; borrowed. A zeroed member has its default. */
typedef struct vv_through_options {
	const char *url; /* of the relay: http:// or https:// */
	const vv_key *key;
	const vv_through_repo *repos;
	size_t repo_count;
	const vv_through_guest *guests;
	size_t guest_count;
	bool everybody;      /* all may read, also without a key */
	bool only_signed;    /* serve only signed heads and their refs (lib/serve.h) */
	uint64_t visitors;   /* most visitors at once; 0: 8 */
	unsigned alive_ms;   /* between two signs of life to the relay; 0: 4 minutes */
	unsigned answer_sec; /* time for the relay's answers; 0: 20 */
	const vv_env *env;
	const char *program; /* path of varve */
	int stop;            /* ends when this descriptor can be read */
	const vv_notes *notes;
	bool quiet; /* no note for each visitor */
} vv_through_options;

/* Checks the options, without a connection. VV_EUSAGE: the URL is not http:// or https://, or has a path
 * or a user. */
vv_status vv_through_check(const vv_through_options *o, vv_error *err);
/* Serves until o->stop can be read; then ends the visitors' streams. The process must ignore SIGPIPE.
 * Errors: those of vv_through_check. */
vv_status vv_through_run(const vv_through_options *o, vv_error *err);

#endif
