/*
 * folder_holder: a folder of this machine, or of a disk or share that is mounted here.
 *
 * A file "varve-holder" marks it: where a disk is not mounted, nothing is written into the empty
 * folder in its place. What has one device number is taken to fail together.
 */
#ifndef VV_TRANSPORT_VAULT_FOLDER_HOLDER_H
#define VV_TRANSPORT_VAULT_FOLDER_HOLDER_H

#include "transport/vault/holder.h"

/* make: the folder becomes a holder if it is none. VV_ENOTFOUND: it is not there. */
vv_status vv_folder_holder_open(vv_vault_holder **out, const char *path,
				const vv_holder_facts *facts, bool make, vv_error *err);

/* The same for who keeps copies for others (hold.h): what the kind does, and the payload of that. */
vv_status vv_folder_open(const vv_vault_holder_ops **ops, void **out, const char *path,
			 uint64_t quota, bool make, vv_error *err);
/* How many bytes are there (of a folder with a quota); anew: somebody else may have changed it. */
vv_status vv_folder_used(void *folder, bool anew, uint64_t *out, vv_error *err);

#endif
