/*
 * relay: the parts of `varve serve` for relays: a relay, a machine that waits at one, and a visitor.
 */
#ifndef VV_CMD_WEB_COMMANDS_RELAY_H
#define VV_CMD_WEB_COMMANDS_RELAY_H

#include <stdbool.h>

#include "base/text.h"
#include "cmd/vault/hold/holding.h"
#include "cmd/web/relay/relay.h"

/* The options of --through. */
typedef struct web_through_options {
	const char *url;
	vv_strings readers, writers; /* DIDs, or the user's names for keys */
	bool everybody, only_signed, quiet;
	uint64_t visitors, alive_sec;
} web_through_options;

/* Each runs until SIGTERM, SIGINT or SIGHUP, or until the visit ends, and returns the exit code. */
int web_serve_relay(const vv_relay_options *o);
int web_serve_through(const web_through_options *o, int argc, char **argv);
int web_serve_meet(const char *url);
/* Prints that copies for others are kept by these rules in the repository `where`. */
void web_tell_holding(const vv_holding_rules *x, const char *where);

#endif
