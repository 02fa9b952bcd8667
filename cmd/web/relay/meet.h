/*
 * meet: connects stdin and stdout to a repository behind a relay. varve runs `varve-web serve --meet
 * URL` for an address relay+http:// or relay+https:// (transport/protocol/connect.c), and writes its
 * protocol to the program as to `varve serve --stdio`.
 */
#ifndef VV_CMD_WEB_RELAY_MEET_H
#define VV_CMD_WEB_RELAY_MEET_H

#include "base/env.h"
#include "base/error.h"
#include "base/keys/key.h"

/* Connects the descriptors in and out to the repository at url, a relay's address, until both sides
 * have ended; in and out are then closed. own: this machine's key; NULL: a guest. VV_EUSAGE: url has
 * another form. VV_ENOTFOUND: the machine is not connected to the relay. VV_EREFUSED: its owner does not
 * let this machine in. VV_ECORRUPT: another machine answers, or bytes were changed. */
vv_status vv_relay_meet(const char *url, const vv_key *own, int in, int out, const vv_env *env,
			vv_error *err);

#endif
