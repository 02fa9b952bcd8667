/*
 * holder_quota: how much a holder may keep, and keeps already; for the kinds.
 */
#ifndef VV_TRANSPORT_VAULT_HOLDER_QUOTA_H
#define VV_TRANSPORT_VAULT_HOLDER_QUOTA_H

#include "transport/vault/holder.h"

/* used is right while counted. */
typedef struct vv_holder_quota {
	uint64_t most; /* bytes; 0: no limit */
	uint64_t used;
	bool counted;
} vv_holder_quota;

/* Is there room for len bytes more? What is there is counted, once, with the kind's list. VV_EREFUSED:
 * full. */
vv_status vv_holder_quota_check(vv_holder_quota *q, const vv_vault_holder_ops *ops, void *payload,
				size_t len, vv_error *err);

#endif
