/*
 * outside_time: the time of a head by the clock of an authority that the user named.
 *
 * The time in a record is its signer's own word. A head may have a token of a time-stamp authority (stamp.h), by which
 * it existed before a time. Which authorities are believed is the user's choice alone: the setting
 * varve.timestampAuthority names a file of their certificates. Without it no token is believed.
 */
#ifndef VV_LIB_HEADS_OUTSIDE_TIME_H
#define VV_LIB_HEADS_OUTSIDE_TIME_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/signature/timestamp.h"
#include "lib/heads/head.h"
#include "repo/git/repository.h"

/* Sets *out to the authorities that varve.timestampAuthority names for r; to NULL if it is not set. The caller frees
 * *out with vv_authorities_free. VV_EUSAGE: the setting is not an absolute path, or the file does not
 * exist. VV_EINPUT: the file has no certificates. */
vv_status vv_outside_authorities(vv_authorities **out, vv_repository *r, vv_error *err);

/* How the time of a head is known. */
typedef enum vv_outside_is {
	VV_OUTSIDE_NONE,      /* the head has no token: its time is the signer's own word */
	VV_OUTSIDE_UNCHECKED, /* it has one, and no authority is named */
	VV_OUTSIDE_UNKNOWN,   /* it has one that none of the named authorities signed, validly */
	VV_OUTSIDE_FALSE,     /* it has one that is damaged, or for other bytes */
	VV_OUTSIDE_KNOWN      /* a named authority signed the token */
} vv_outside_is;
typedef struct vv_outside_time {
	vv_outside_is is;
	vv_timestamp says; /* unless `is` is VV_OUTSIDE_NONE or VV_OUTSIDE_FALSE */
	char why[512];     /* if `is` is VV_OUTSIDE_UNKNOWN or VV_OUTSIDE_FALSE */
} vv_outside_time;
/* Returns the word for programs: "none", "unchecked", "unknown", "false" or "known". */
const char *vv_outside_word(vv_outside_is is);
/* Judges the time of the head c. authorities: as vv_outside_authorities sets them. */
vv_status vv_outside_time_of(vv_outside_time *out, const vv_head_commit *c,
			     const vv_authorities *authorities, vv_error *err);

/* A clock (vv_head_clock): the authority at a URL. */
typedef struct vv_outside_clock {
	const char *url;                   /* http or https */
	unsigned idle_sec;                 /* time limit for each byte; 0: the usual ones */
	vv_repository *repo;               /* for its settings */
	const vv_authorities *authorities; /* that the token must be of */
} vv_outside_clock;
/* The function of the clock; payload: a vv_outside_clock. VV_EIO: no answer. VV_EREJECTED, VV_EREFUSED, VV_ECORRUPT:
 * as vv_timestamp_take. */
vv_status vv_outside_clock_ask(void *payload, vv_buf *token, const uint8_t sha256[VV_SHA256_LEN],
			       vv_error *err);

#endif
