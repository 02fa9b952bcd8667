/*
 * hold_rank: in which order requests about vaults are served that wait.
 *
 * A request says for which vault it is, and a vault counts for identities (hold_room.h): it ranks as the room of
 * the one with most, so that standing decides where room follows it. A vault of which nothing is kept, and a
 * request without one, rank last, with 0. May be called by several threads.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_RANK_H
#define VV_CMD_VAULT_HOLD_HOLD_RANK_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/hold_room.h"

typedef struct vv_hold_rank vv_hold_rank;

vv_hold_rank *vv_hold_rank_new(void); /* NULL when out of memory */
void vv_hold_rank_free(vv_hold_rank *r);
VV_AUTO_FREE(vv_hold_rank, vv_hold_rank_free)

uint64_t vv_hold_rank_of(vv_hold_rank *r, const vv_cid *vault);

/* Learns from the room who has how much, if that has changed. Only by who may use the room. */
vv_status vv_hold_rank_learn(vv_hold_rank *r, vv_hold_room *room, vv_error *err);

#endif
