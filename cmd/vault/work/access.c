/*
 * access: the lists of an epoch.
 */
#include "cmd/vault/work/access.h"

#include <string.h>

#include "base/sys.h"

typedef struct keys {
	uint8_t (*items)[VV_KEY_PUBLIC];
	size_t count;
} keys;

static bool has(const keys *k, const uint8_t *key)
{
	for (size_t i = 0; i < k->count; i++) {
		if (memcmp(k->items[i], key, VV_KEY_PUBLIC) == 0) return true;
	}
	return false;
}

static void put(keys *k, const uint8_t *key)
{
	if (!has(k, key)) {
		memcpy(k->items[k->count++], key, VV_KEY_PUBLIC);
	}
}

static void take(keys *k, const uint8_t *key)
{
	size_t kept = 0;

	for (size_t i = 0; i < k->count; i++) {
		if (memcmp(k->items[i], key, VV_KEY_PUBLIC) != 0) {
			memmove(k->items[kept++], k->items[i], VV_KEY_PUBLIC);
		}
	}
	k->count = kept;
}

static vv_status check(const vv_access *x, const vv_vault_session *s, const keys *readers,
		       const keys *writers, vv_error *err)
{
	const keys *list = x->write ? writers : readers;
	char did[VV_DID_TEXT];

	if (!vv_vault_is_owner(s->state, s->key.public_key) || !s->secrets.last) {
		vv_did_text(did, s->key.public_key);
		vv_fail(err, VV_EREFUSED, "the key %s is not an owner of this vault", did);
		return vv_hint(err, "the owners are its founder and the recovery key: --key FILE");
	}
	vv_did_text(did, x->key);
	if (vv_vault_is_owner(s->state, x->key) && !x->write) {
		return vv_fail(err, VV_EREFUSED, "%s is an owner; owners may always read", did);
	}
	if (vv_vault_is_owner(s->state, x->key)) {
		if (memcmp(x->key, s->key.public_key, VV_KEY_PUBLIC) == 0) {
			vv_fail(err, VV_EREFUSED, "%s is the key that would sign this", did);
			return vv_hint(err, "another owner's signs it: --key FILE");
		}
		if (x->add != vv_vault_is_writer(s->state, x->key)) return VV_OK;
		return x->add ? vv_fail(err, VV_EEXISTS, "%s is one already", did)
			      : vv_fail(err, VV_ENOTFOUND, "%s is not among them", did);
	}
	if (x->add && has(list, x->key)) return vv_fail(err, VV_EEXISTS, "%s is one already", did);
	return x->add || has(list, x->key)
		       ? VV_OK
		       : vv_fail(err, VV_ENOTFOUND, "%s is not among them", did);
}

vv_status vv_access_change(const vv_access *x, vv_vault_session *s, vv_error *err)
{
	keys readers = {0}, writers = {0};
	const size_t old = vv_vault_writer_count(s->state);
	vv_epoch_change change = {0};
	vv_status rc;

	readers.items = vv_calloc(s->secrets.reader_count + 1, sizeof(*readers.items));
	writers.items = vv_calloc(old + 1, sizeof(*writers.items));
	if (!readers.items || !writers.items) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (size_t i = 0; i < s->secrets.reader_count; i++) {
		put(&readers, s->secrets.readers[i]);
	}
	for (size_t i = 0; i < old; i++) {
		put(&writers, vv_vault_writer_at(s->state, i));
	}
	if ((rc = check(x, s, &readers, &writers, err)) < 0) {
		goto done;
	}
	bool was_writer = vv_vault_is_writer(s->state, x->key);
	if (x->add) {
		put(&readers, x->key);
		if (x->write) {
			put(&writers, x->key);
		}
	} else {
		take(&writers, x->key);
		if (!x->write) {
			take(&readers, x->key);
		}
	}
	change.readers = (const uint8_t(*)[VV_KEY_PUBLIC])readers.items;
	change.reader_count = readers.count;
	change.writers = (const uint8_t(*)[VV_KEY_PUBLIC])writers.items;
	change.writer_count = writers.count;
	change.removed = (const uint8_t(*)[VV_KEY_PUBLIC])x->key;
	change.removed_count = !x->add && was_writer;
	rc = vv_epoch_begin(s->ledger, s->state, &s->secrets, &change, &s->key, err);
done:
	vv_free(readers.items);
	vv_free(writers.items);
	return rc;
}
