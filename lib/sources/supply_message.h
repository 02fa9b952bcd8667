/*
 * supply_message: what is asked of `varve-vault supply`, and what it answers.
 *
 * In frames (transport/protocol/frame.h), over a line that both sides have from the beginning. A request is one map of
 * DAG-CBOR; an error of the answer goes as in the protocol between repositories.
 *
 *   meet    holders are met, so that what was written lately is known    (nothing)
 *   look    in which parcels of a source blocks lie                      {parcels}: 4 bytes each
 *   blocks  blocks from a source        for each a frame 'B'; {taken}: bytes that came for the source so far
 *   keeps   which versions every block of the vault shows to be there    {keeps, copies}: a bit each
 *   where   which holders have a version                                 a vv_vault_where
 *
 * An end without a request stops the answer that is under way on that line, or nothing.
 */
#ifndef VV_LIB_SOURCES_SUPPLY_MESSAGE_H
#define VV_LIB_SOURCES_SUPPLY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "transport/line/channel.h"

#define VV_SUPPLY_CIDS_MAX 65536u

typedef enum vv_supply_op {
	VV_SUPPLY_MEET,
	VV_SUPPLY_LOOK,
	VV_SUPPLY_BLOCKS,
	VV_SUPPLY_KEEPS,
	VV_SUPPLY_WHERE
} vv_supply_op;

typedef struct vv_supply_request {
	vv_supply_op op;
	uint64_t source;    /* look, blocks: vv_speed_source of the holder's URL, or of "vault:" */
	const vv_cid *cids; /* at most VV_SUPPLY_CIDS_MAX; keeps: of roots; where: one root */
	size_t count;
	bool ask; /* where: holders, too, not the ledger alone */
} vv_supply_request;

/* With its end. */
vv_status vv_supply_request_write(vv_channel *line, const vv_supply_request *q, vv_error *err);
/* cids live in the arena. VV_ECORRUPT. */
vv_status vv_supply_request_read(vv_supply_request *out, vv_arena *arena, const void *bytes,
				 size_t len, vv_error *err);

/* look. */
vv_status vv_supply_parcels_write(vv_channel *line, const uint32_t *parcels, size_t count,
				  vv_error *err);
vv_status vv_supply_parcels_read(uint32_t *out, size_t count, const void *bytes, size_t len,
				 vv_error *err);

/* blocks: one of them (bytes NULL: the source does not have it), with what it is like (a null one: nothing); and what
 * came for all of them. */
vv_status vv_supply_block_write(vv_channel *line, const void *bytes, size_t block_len,
				const vv_cid *base, vv_error *err);
vv_status vv_supply_block_read(const uint8_t **out, size_t *out_len, vv_cid *base,
			       const void *bytes, size_t len, vv_error *err);
vv_status vv_supply_taken_write(vv_channel *line, uint64_t taken, vv_error *err);
vv_status vv_supply_taken_read(uint64_t *out, const void *bytes, size_t len, vv_error *err);

/* keeps: a bit for each root, in (count + 7) / 8 bytes, and how many copies of the vault's items there are. */
vv_status vv_supply_keeps_write(vv_channel *line, const uint8_t *keeps, size_t count,
				unsigned copies, vv_error *err);
vv_status vv_supply_keeps_read(uint8_t *keeps, size_t count, unsigned *copies, const void *bytes,
			       size_t len, vv_error *err);

#endif
