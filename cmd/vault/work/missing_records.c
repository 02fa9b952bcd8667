/*
 * missing_records: every author's numbers begin at 0.
 */
#include "cmd/vault/work/missing_records.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define TOLD_MAX 1000u

/* The damaged one with this beginning of a name at some holder; NULL: none. */
static const vv_damaged_record *find_damaged(const vv_vault_session *s, const char *start,
					     const vv_vault_place **at)
{
	for (size_t i = 0; i < s->place_count; i++) {
		const vv_meeting *m = &s->places[i].meeting;
		for (size_t k = 0; k < m->damaged_count; k++) {
			if (strncmp(m->damaged[k].name, start, strlen(start)) == 0) {
				*at = &s->places[i];
				return &m->damaged[k];
			}
		}
	}
	return NULL;
}

/* The author's record of this number. */
static void describe(char line[512], const vv_vault_session *s, const char *did, uint64_t number)
{
	const vv_vault_place *at;
	char start[VV_DID_TEXT + 16];

	(void)snprintf(start, sizeof(start), "%s/%010llu-", did + 8, (unsigned long long)number);
	const vv_damaged_record *d = find_damaged(s, start, &at);
	if (d) {
		(void)snprintf(
			line, 512,
			"the record %s: damaged at the holder '%s' (%.100s), and nowhere else",
			d->name, vv_text_shows(at->config->name), d->why.message);
	} else {
		(void)snprintf(line, 512, "the record %llu of %s: no holder has it",
			       (unsigned long long)number, did);
	}
}

vv_status vv_missing_records_tell(const vv_vault_session *s,
				  vv_status (*tell)(void *payload, const char *line, vv_error *err),
				  void *payload, uint64_t *count, vv_error *err)
{
	char did[VV_DID_TEXT] = "did:key:", line[512];
	const vv_ledger *l = s->ledger;
	uint64_t next = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < vv_ledger_file_count(l); i++) {
		const char *name = vv_ledger_file_name(l, i), *slash = strchr(name, '/');
		const size_t len = (size_t)(slash - name);
		uint64_t number = 0;
		if (strncmp(did + 8, name, len) != 0 || did[8 + len] != '\0') {
			(void)snprintf(did, sizeof(did), "did:key:%.*s", (int)len, name);
			next = 0;
		}
		(void)vv_parse_u64(&number, slash + 1, 10);
		/* A number may be a lie: who says a thousand are missing has said enough. */
		for (; rc == VV_OK && next < number && *count < TOLD_MAX; next++) {
			describe(line, s, did, next);
			(*count)++;
			rc = tell(payload, line, err);
		}
		next = number + 1;
	}
	return rc;
}

vv_status vv_missing_records_blame(const vv_vault_session *s, vv_status rc, vv_error *err)
{
	const vv_vault_place *at;
	const vv_damaged_record *d = find_damaged(s, "", &at);

	if (!d || rc == VV_ENOMEM) return rc;
	vv_fail(err, VV_EMISSING, "the vault cannot be opened without the record %s", d->name);
	vv_prefix(err, "damaged at the holder '%s' (%s)", vv_text_shows(at->config->name),
		  d->why.message);
	return vv_hint(err, "name more holders that have copies: every one has all records");
}
