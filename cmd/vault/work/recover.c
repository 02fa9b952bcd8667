/*
 * recover: the way back, from items to a repository.
 */
#include "cmd/vault/work/recover.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/policy.h"
#include "cmd/vault/work/session.h"
#include "cmd/vault/work/shard_source.h"
#include "repo/blocks/cid_map.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "transport/protocol/receive.h"

/* ---- missing_records: which records of a ledger no holder has, and where one is damaged ---- */

#define TOLD_MAX 1000u

static void report_missing(const vv_recover *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void report_missing(const vv_recover *x, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	x->missing(line);
}

/* The damaged one with this beginning of a name at some holder; NULL: none. */
static const vv_damaged_record *find_damaged(const vv_vault_session *s, const char *start,
					     const vv_vault_place **at)
{
	vv_array_each(s->places, s->place_count, place) {
		const vv_meeting *m = &place->meeting;
		const vv_damaged_record *found = vv_array_find(
			m->damaged, m->damaged_count, d,
			strncmp(d->name, start, strlen(start)) == 0);
		if (found) {
			*at = place;
			return found;
		}
	}
	return NULL;
}

static void tell_damaged(const vv_recover *x, const vv_damaged_record *d, const vv_vault_place *at)
{
	report_missing(
		x,
		"the record %s is damaged at the holder '%s' (%.100s), and no other holder has it intact",
		d->name, vv_text_shows(at->config->name), d->why.message);
}

/* The author's record of this number. */
static void tell_record(const vv_recover *x, const vv_vault_session *s, const char *did,
			uint64_t number)
{
	const vv_vault_place *at;
	char start[VV_DID_TEXT + 16];

	(void)snprintf(start, sizeof(start), "%s/%010llu-", did + 8, (unsigned long long)number);
	const vv_damaged_record *d = find_damaged(s, start, &at);
	if (d) {
		tell_damaged(x, d, at);
	} else {
		report_missing(x, "no holder has the record %llu of %s", (unsigned long long)number,
			       did);
	}
}

/* Is a later record of its author here? Then it is missing before that. */
static bool has_later(const vv_ledger *l, const char *name)
{
	const size_t len = strcspn(name, "/") + 1;

	for (size_t i = 0; i < vv_ledger_file_count(l); i++) {
		const char *other = vv_ledger_file_at(l, i)->name;

		if (strncmp(other, name, len) == 0 && strcmp(other, name) > 0) return true;
	}
	return false;
}

/* A line of each newest record that is damaged wherever it is. */
static void tell_newest_records(vv_recover *x, const vv_vault_session *s)
{
	const vv_vault_place *at;

	vv_array_each(s->places, s->place_count, place) {
		const vv_meeting *m = &place->meeting;

		vv_array_each(m->damaged, m->damaged_count, d) {
			if (d->unheard || find_damaged(s, d->name, &at) != d ||
			    vv_ledger_has(s->ledger, d->name) || has_later(s->ledger, d->name)) {
				continue;
			}
			tell_damaged(x, d, at);
			x->missing_records++;
		}
	}
}

/* Reports and counts each record missing before one that is here. */
static void tell_missing_records(vv_recover *x, const vv_vault_session *s)
{
	char did[VV_DID_TEXT] = "did:key:";
	const vv_ledger *l = s->ledger;
	uint64_t next = 0;

	for (size_t i = 0; i < vv_ledger_file_count(l); i++) {
		const char *name = vv_ledger_file_at(l, i)->name, *slash = strchr(name, '/');
		const size_t len = (size_t)(slash - name);
		uint64_t number = 0;
		if (strncmp(did + 8, name, len) != 0 || did[8 + len] != '\0') {
			(void)snprintf(did, sizeof(did), "did:key:%.*s", (int)len, name);
			next = 0;
		}
		(void)vv_parse_u64(&number, slash + 1, 10);
		/* a number may be false: after TOLD_MAX lines it stops */
		for (; next < number && x->missing_records < TOLD_MAX; next++) {
			tell_record(x, s, did, next);
			x->missing_records++;
		}
		next = number + 1;
	}
}

/* The vault could not be opened, for rc: because of a damaged record? Returns rc, or VV_EMISSING with another
 * message. */
static vv_status missing_records_blame(const vv_vault_session *s, vv_status rc, vv_error *err)
{
	const vv_vault_place *at;
	const vv_damaged_record *d = find_damaged(s, "", &at);

	if (!d || rc == VV_ENOMEM) return rc;
	vv_fail(err, VV_EMISSING, "the vault cannot be opened without the record %s", d->name);
	vv_prefix(err, "a record is damaged at the holder '%s' (%s)",
		  vv_text_shows(at->config->name), d->why.message);
	return vv_hint(err, "name more holders: each holder has all records");
}

/* ---- recover ---- */

#define LACKING_MAX 100000u

typedef struct wanted_ref {
	char *name;
	vv_oid id;
	bool second; /* of another head that the key signed */
} wanted_ref;

typedef struct recovering {
	vv_recover *x;
	vv_vault_session *s;
	vv_contents contents;
	vv_receive *receive;
	vv_cid_map *objects; /* items of Git that came */
	vv_buf bytes, base;
	wanted_ref *refs;
	size_t ref_count, ref_cap;
	vv_oids tips;
	vv_oid detached;
	uint64_t undone; /* items that could not be had */
	size_t limit;  /* runs from this one on are left out: not all of their history can be had */
	size_t broken; /* the first run with an object of Git that could not be had */
} recovering;

void vv_recover_clear(vv_recover *x)
{
	vv_free(x->branch);
	x->branch = NULL;
}

/* --- finding the vault and its holders --------------------------------------------- */

#define VAULTS_NAMED 8u /* of several, which a message names */

static vv_status on_vault(void *payload, const vv_cid *vault, uint64_t size VV_UNUSED,
			  vv_error *err)
{
	vv_cids *found = payload;

	return found->count > VAULTS_NAMED || vv_array_find(found->items, found->count, it,
							    vv_cid_equal(it, vault))
		       ? VV_OK
		       : vv_cids_add(found, vault, err);
}

/* Names the vaults, of which the user chooses one. */
static vv_status fail_several(const vv_cids *found, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;

	for (size_t i = 0; i < found->count; i++) {
		vv_buf_puts(&names, i == 0 ? "" : ", ");
		vv_buf_puts(&names, i < VAULTS_NAMED ? vv_cid_shows(&found->items[i]) : "...");
	}
	vv_fail(err, VV_EUSAGE, "the holders have several vaults");
	return vv_hint(err, "choose one with --vault: %s", vv_buf_cstr(&names));
}

static vv_status find_vault(recovering *r, vv_cid *out, vv_error *err)
{
	vv_auto(vv_cids) found = {0};
	size_t reached = 0;
	bool shards_only = false;
	vv_error why;

	if (r->x->vault) {
		*out = *r->x->vault;
		return VV_OK;
	}
	vv_array_each(r->s->places, r->s->place_count, p) {
		if (p->holder && vv_holder_list_vaults(p->holder, on_vault, &found, &why) < 0) {
			vv_vault_place_fail(p, &why);
		}
		reached += p->holder != NULL;
		shards_only = shards_only ||
			      (p->holder && !vv_vault_holder_keeps_records(p->holder));
		if (!p->holder) {
			*err = p->why;
		}
	}
	if (reached == 0) return err->code;
	if (found.count == 0) {
		vv_fail(err, VV_ENOTFOUND, "no vault was found at the holders");
		return shards_only
			       ? vv_hint(err,
					 "an IPFS node has only shards\nname a holder that also has the ledger")
			       : err->code;
	}
	if (found.count > 1) return fail_several(&found, err);
	*out = found.items[0];
	return VV_OK;
}

/* Holders as the vault has them. */
static vv_status add_places(recovering *r, const vv_buf *text, vv_error *err)
{
	vv_auto(vv_arena) arena = {0};
	vv_json *doc;
	uint64_t n;
	vv_status rc;

	if ((rc = vv_json_read(&doc, &arena, vv_buf_cstr(text), text->len, "the vault's holders",
			       err)) < 0) {
		return rc;
	}
	if (vv_json_get_u64(&n, doc, "copies") && n > 0 && n <= VV_COPIES_MAX) {
		r->s->policy.copies = (unsigned)n;
	}
	if (vv_json_get_u64(&n, doc, "min") && n > 0 && n <= VV_COPIES_MAX) {
		r->s->policy.min = (unsigned)n;
	}
	const char *code = vv_json_get_string(doc, "code");
	if (!code || !vv_code_parse(&r->s->policy.code, code)) {
		r->s->policy.code = (vv_code){0, 0};
	}
	const vv_json *list = vv_json_get(doc, "holders");
	for (const vv_json *h = list ? list->first : NULL; rc == VV_OK && h; h = h->next) {
		const char *name = vv_json_get_string(h, "name"),
			   *url = vv_json_get_string(h, "url");
		if (name && url && vv_holder_name_check(name, VV_IGNORED) == VV_OK) {
			rc = vv_vault_session_add_place(r->s, name, url,
							vv_json_get_string(h, "domain"), err);
			if (rc == VV_OK && vv_json_get_string(h, "key")) {
				rc = vv_vault_session_expect_key(r->s, url,
								 vv_json_get_string(h, "key"), err);
			}
		}
	}
	return rc;
}

/* All authors' lists; the newest vault record's last, whose policy stays. */
static vv_status find_places(recovering *r, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_error why;

	vv_array_each(r->s->state->runs.items, r->s->state->runs.count, it) {
		const vv_ledger_record *run = *it;

		/* One that cannot be opened or read is not worth the rest. */
		if (run->sealed &&
		    vv_vault_session_places(r->s, run->author, &text, &why) == VV_OK &&
		    add_places(r, &text, &why) == VV_ENOMEM) {
			return vv_error_copy(err, &why);
		}
	}
	return VV_OK;
}

/* Some records are missing: gets the available ones, and reports the others. */
static vv_status bridge_records(recovering *r, vv_error *err)
{
	if (!vv_array_find(vv_ledger_authors(r->s->ledger), vv_ledger_author_count(r->s->ledger), a,
			   a->waiting > 0)) {
		return VV_OK;
	}
	tell_missing_records(r->x, r->s);
	const vv_status rc = vv_ledger_bridge(r->s->ledger, err);
	return rc < 0 ? rc : vv_vault_session_sync(r->s, err);
}

static vv_status open_vault(recovering *r, vv_error *err)
{
	vv_cid vault;
	size_t places;
	vv_status rc;

	for (size_t i = 0; i < r->x->url_count; i++) {
		char name[32];
		(void)snprintf(name, sizeof(name), VV_PLACE_UNNAMED "%zu", i + 1);
		if ((rc = vv_vault_session_add_place(r->s, name, r->x->urls[i], NULL, err)) < 0) {
			return rc;
		}
	}
	if ((rc = vv_vault_session_connect(r->s, err)) < 0 ||
	    (rc = find_vault(r, &vault, err)) < 0 ||
	    (rc = vv_vault_session_begin(r->s, &vault, err)) < 0) {
		return rc;
	}
	/* holders named in the vault are read too, and may have more */
	do {
		places = r->s->place_count;
		if ((rc = vv_vault_session_connect(r->s, err)) < 0) return rc;
		if ((rc = vv_vault_session_need_ledger(r->s, err)) < 0 ||
		    (rc = vv_vault_session_need_reader(r->s, err)) < 0) {
			return missing_records_blame(r->s, rc, err);
		}
		if ((rc = find_places(r, err)) < 0) return rc;
		/* Records after one that is missing may name more places. */
		if (r->s->place_count == places && (rc = bridge_records(r, err)) == VV_OK) {
			rc = find_places(r, err);
		}
		if (rc < 0) return rc;
	} while (r->s->place_count > places);
	tell_newest_records(r->x, r->s);
	r->s->policy.vault = vault;
	return vv_contents_open(&r->contents, r->s, NULL, err);
}

/* The newest vault record, and who had it before the ledgers met. */
static vv_status find_head(recovering *r, vv_error *err)
{
	const vv_vault_state *s = r->s->state;
	const size_t runs = s->runs.count;

	if (runs == 0) return vv_fail(err, VV_ENOTFOUND, "the vault is empty");
	const vv_ledger_record *head = s->runs.items[runs - 1];
	r->x->head = head->cid;
	r->x->head_time = head->time;
	memcpy(r->x->head_author, head->author, VV_KEY_PUBLIC);
	vv_array_each(r->s->places, r->s->place_count, p) {
		r->x->asked += p->holder != NULL;
		r->x->shown += p->holder != NULL && p->meeting.behind == 0;
	}
	if (r->x->expect && !vv_ledger_find(r->s->ledger, r->x->expect)) {
		return vv_fail(
			err, VV_ECONFLICT,
			"the holders do not have the head %s: their head is older, or of another history\nname a holder that has it, or leave out --expect to recover the newest head",
			vv_cid_shows(r->x->expect));
	}
	return VV_OK;
}

/* --- items -------------------------------------------------------------------------------------- */

static bool have_item(recovering *r, vv_item_kind kind, const vv_cid *cid)
{
	size_t at;
	bool below;

	return kind >= VV_ITEM_COMMIT
		       ? vv_cid_map_find(r->objects, cid, &at)
		       : vv_incoming_has(vv_receive_incoming(r->receive), cid, &below);
}

static vv_status base_bytes(recovering *r, const vv_item_stored *s, vv_error *err)
{
	vv_oid id = vv_item_oid(&s->base);

	vv_buf_reset(&r->base);
	if (vv_cid_is_null(&s->base)) return VV_OK;
	return s->kind >= VV_ITEM_COMMIT
		       ? vv_receive_object_bytes(r->receive, vv_item_git_type(s->kind), &id,
						 &r->base, err)
		       : vv_incoming_get(vv_receive_incoming(r->receive), &s->base, &r->base, err);
}

/* VV_EMISSING: its base is missing here yet, or its shard cannot be had. */
static vv_status take_item(recovering *r, vv_vault_run *run, const vv_item_place *at, vv_error *err)
{
	vv_item_stored s;
	vv_oid id;
	vv_status rc;

	if (have_item(r, at->kind, &at->cid)) return VV_OK;
	if ((rc = vv_contents_read(&r->contents, run, err)) < 0 ||
	    (rc = vv_stream_in_at(run->in, at->offset, &s, err)) < 0) {
		return rc;
	}
	if (s.kind != at->kind || !vv_cid_equal(&s.cid, &at->cid)) {
		return vv_fail(err, VV_ECORRUPT, "an index of the vault leads to another item");
	}
	if (base_bytes(r, &s, err) < 0) {
		return err->code == VV_ENOMEM ? VV_ENOMEM
					      : vv_fail(err, VV_EMISSING,
							"a block is stored as a "
							"difference to a block that is "
							"missing");
	}
	if ((rc = vv_stream_in_expand(run->in, &s, vv_buf_cstr(&r->base), r->base.len, &r->bytes,
				      err)) < 0) {
		return rc;
	}
	if (s.kind >= VV_ITEM_COMMIT) {
		rc = vv_receive_object(r->receive, vv_item_git_type(s.kind), vv_buf_cstr(&r->bytes),
				       r->bytes.len, &id, err);
		r->x->objects += rc == VV_OK;
		return rc < 0 ? rc : vv_cid_map_put(r->objects, &at->cid, 0, NULL, err);
	}
	const vv_block_received b = {.cid = at->cid,
				     .bytes = vv_buf_cstr(&r->bytes),
				     .len = r->bytes.len,
				     .base = s.base};
	rc = vv_receive_block(r->receive, &b, err);
	r->x->blocks += rc == VV_OK;
	return rc;
}

/* Takes all items of all runs, repeating until a pass adds none: a difference comes after its base, from any
 * writer. */
static vv_status take_items(recovering *r, vv_error *err)
{
	uint64_t before;
	vv_error why;

	do {
		before = r->x->blocks + r->x->objects;
		r->undone = 0;
		r->broken = SIZE_MAX;
		for (size_t i = 0; i < r->limit; i++) {
			vv_vault_run *run = &r->contents.runs[i];
			vv_array_each(run->index.items, run->index.count, at) {
				vv_status rc = take_item(r, run, at, &why);
				if (rc == VV_ENOMEM || rc == VV_EREFUSED || rc == VV_EIO) {
					return vv_error_copy(err, &why);
				}
				r->undone += rc < 0;
				r->broken = rc < 0 && at->kind >= VV_ITEM_COMMIT && i < r->broken
						    ? i
						    : r->broken;
			}
			vv_status rc = vv_progress_part(r->s->transfer.progress, "runs", i + 1,
							r->limit, err);
			if (rc < 0) return rc;
		}
	} while (r->undone > 0 && r->x->blocks + r->x->objects > before);
	return VV_OK;
}

/* Reports the shards that no holder has. */
static void tell_shards(recovering *r)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;

	vv_array_each(r->s->state->shards, r->s->state->shard_count, k) {
		vv_error why;
		if (k->retired || vv_vault_shard_bytes(r->s, k, &bytes, &why) == VV_OK) {
			continue;
		}
		r->x->missing_shards++;
		r->x->missing(why.message);
	}
}

/* --- refs ---------------------------------------------------------------------------------------- */

/* The refs' run among the runs below the limit. */
static const vv_vault_run *refs_of(const recovering *r, const uint8_t *author)
{
	return vv_contents_refs_of(&r->contents, r->limit, author);
}

/* Whose refs these are, where they are not the newest: "z6Mk...", and for another head that this key signed
 * "z6Mk...-l3ftpi2x", with the end of its record's CID. */
static void put_whose(const recovering *r, vv_buf *out, const vv_vault_run *run)
{
	vv_buf_puts(out, vv_did_shows(run->record->author) + 8);
	if (refs_of(r, run->record->author) != run) {
		vv_buf_printf(out, "-%s", vv_cid_shows(&run->record->cid) + VV_CID_TEXT - 8);
	}
}

static wanted_ref *find_ref(const recovering *r, const char *name, size_t len)
{
	return vv_array_find(r->refs, r->ref_count, ref,
			     ref->name && strlen(ref->name) == len &&
				     memcmp(ref->name, name, len) == 0);
}

static vv_status add_ref(recovering *r, const char *name, size_t len, const vv_oid *id,
			 const vv_vault_run *run, vv_error *err)
{
	vv_buf other = VV_BUF_INIT;
	const wanted_ref *old = find_ref(r, name, len);

	if (old && vv_oid_equal(&old->id, id)) return VV_OK;
	if (!vv_array_room(r->refs, r->ref_count, r->ref_cap)) return vv_fail_nomem(err);
	/* another author's, which may be behind: decided when the objects are here */
	if (old) {
		vv_buf_puts(&other, "refs/recovered/");
		put_whose(r, &other, run);
		vv_buf_printf(&other, "/%.*s", (int)(len > 5 ? len - 5 : 0),
			      name + (len > 5 ? 5 : 0));
	} else {
		vv_buf_put(&other, name, len);
	}
	if (!(r->refs[r->ref_count].name = vv_buf_detach(&other))) return vv_fail_nomem(err);
	r->refs[r->ref_count].second = old && refs_of(r, run->record->author) != run;
	r->refs[r->ref_count++].id = *id;
	return VV_OK;
}

static vv_status read_refs(recovering *r, const vv_vault_run *run, bool first, vv_error *err)
{
	vv_status rc = VV_OK;

	for (vv_line l = {.rest = run->refs.data}; rc == VV_OK && vv_line_next(&l);) {
		vv_oid id;
		if (strncmp(l.text, "ref: ", 5) == 0) {
			if (first && !(r->x->branch = vv_strndup(l.text + 5, l.len - 5))) {
				rc = vv_fail_nomem(err);
			}
		} else if (l.len > VV_OID_TEXT + 1 && vv_oid_parse(&id, l.text, VV_OID_TEXT)) {
			if (l.len == VV_OID_TEXT + 5 &&
			    strncmp(l.text + VV_OID_TEXT, " HEAD", 5) == 0) {
				r->detached = first ? id : r->detached;
			} else {
				rc = add_ref(r, l.text + VV_OID_TEXT + 1, l.len - VV_OID_TEXT - 1,
					     &id, run, err);
			}
		}
	}
	return rc;
}

/* The newest author's refs under their names, those of others where they differ. */
static vv_status list_refs(recovering *r, vv_error *err)
{
	const vv_vault_run *newest = refs_of(r, NULL);

	if (!newest) {
		return vv_fail(
			err, VV_EMISSING,
			"the vault's list of refs cannot be read\nname more holders that have copies");
	}
	vv_status rc = read_refs(r, newest, true, err);
	for (size_t i = r->limit; rc == VV_OK && i > 0; i--) {
		const vv_vault_run *run = &r->contents.runs[i - 1];
		if (run != newest && vv_contents_is_last(&r->contents, run, r->limit)) {
			rc = read_refs(r, run, false, err);
		}
	}
	if (rc < 0) return rc;
	vv_array_each(r->refs, r->ref_count, ref) {
		if ((rc = vv_oids_add(&r->tips, &ref->id, err)) < 0) return rc;
	}
	return vv_oids_add(&r->tips, &r->detached, err);
}

/* Chooses of two authors' refs the one ahead; drops the other one, or keeps it beside if both diverged. */
static void choose_refs(recovering *r)
{
	vv_repository *repo = vv_receive_repository(r->receive);
	size_t kept = 0;

	vv_array_each(r->refs, r->ref_count, other) {
		wanted_ref *ours = NULL;
		bool behind = false, ahead = false;
		if (strncmp(other->name, "refs/recovered/", 15) == 0) {
			const char *rest = strchr(other->name + 15, '/');
			vv_auto(vv_buf) name = VV_BUF_INIT;
			vv_buf_printf(&name, "refs%s", rest ? rest : "");
			ours = find_ref(r, vv_buf_cstr(&name), name.len);
			if (ours) {
				(void)vv_is_ancestor(repo, &other->id, &ours->id, &behind,
						     VV_IGNORED);
				(void)vv_is_ancestor(repo, &ours->id, &other->id, &ahead,
						     VV_IGNORED);
			}
		}
		if (ahead) {
			ours->id = other->id;
		}
		if (ahead || behind) {
			vv_free(other->name);
			other->name = NULL; /* a later search must not read it */
		} else {
			r->x->beside += other->second;
			r->refs[kept++] = *other;
		}
	}
	r->ref_count = kept;
}

/* --- taking it in --------------------------------------------------------------------------------- */

static vv_status on_version(void *payload, const vv_new_root *n, vv_error *err)
{
	recovering *r = payload;
	vv_auto_free vv_lacking *list = NULL;
	size_t count = 0;

	if (vv_receive_leaves(r->receive, n)) return VV_OK;
	vv_status rc = vv_receive_lacking_below(r->receive, &n->root, LACKING_MAX, &list, &count,
						err);

	if (rc < 0 || count == 0) return rc;
	r->x->missing_versions++;
	report_missing(r->x, "%s of commit %.10s lacks %s", vv_text_shows(n->path),
		       vv_oid_shows(&n->commit), vv_text_counted(count, "block", NULL));
	return VV_OK;
}

/* Versions that the vault's lists name are not missing. */
static vv_status expect_expired(recovering *r, vv_error *err)
{
	const wanted_ref *lists = vv_array_find(r->refs, r->ref_count, it,
						vv_ref_is_expired(it->name));

	return lists ? vv_receive_expect_expired(r->receive, &lists->id, err) : VV_OK;
}

static vv_status take_in(recovering *r, vv_error *err)
{
	const vv_oids none = {0};
	vv_auto_free vv_ref_change *changes = NULL;
	vv_auto_free vv_lacking *list = NULL;
	size_t lacking = 0;
	vv_status rc;

	if ((rc = vv_receive_objects_end(r->receive, &r->tips, err)) < 0) {
		if (rc == VV_EMISSING || rc == VV_ENOTFOUND) {
			vv_hint(err,
				"received data is kept: run 'varve vault recover' again when more holders can be reached");
		}
		return rc;
	}
	vv_receive_doubt(r->receive);
	if ((rc = expect_expired(r, err)) < 0) return rc;
	if ((rc = vv_receive_lacking(r->receive, &r->tips, &none, LACKING_MAX, &list, &lacking,
				     err)) < 0) {
		return rc;
	}
	if (lacking > 0 &&
	    (rc = vv_receive_versions_each(r->receive, &r->tips, &none, on_version, r, err)) < 0) {
		return rc;
	}
	choose_refs(r);
	if (!(changes = vv_calloc(r->ref_count + 1, sizeof(*changes)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->ref_count; i++) {
		changes[i] = (vv_ref_change){
			.name = r->refs[i].name, .id = &r->refs[i].id, .force = true};
	}
	rc = vv_receive_take(r->receive, &r->tips, &none, lacking > 0, changes, r->ref_count,
			     "recover", err);
	r->x->refs = r->ref_count;
	return rc;
}

/* --- how old it is --------------------------------------------------------------------------------- */

/* The id of this ref in the newest readable list of refs; false: none. */
static bool newest_of(const recovering *r, const char *name, vv_oid *out)
{
	const vv_vault_run *newest = vv_contents_refs_of(&r->contents, r->contents.count, NULL);
	const size_t len = strlen(name);

	for (vv_line l = {.rest = newest ? newest->refs.data : ""}; vv_line_next(&l);) {
		if (l.len == VV_OID_TEXT + 1 + len &&
		    memcmp(l.text + VV_OID_TEXT + 1, name, len) == 0) {
			return vv_oid_parse(out, l.text, VV_OID_TEXT);
		}
	}
	return false;
}

static void tell_ref(const recovering *r, const wanted_ref *ref)
{
	const char *time = "a tag";
	vv_auto(vv_commit) c = {.parents = NULL};
	vv_oid named;
	const bool other = newest_of(r, ref->name, &named) && !vv_oid_equal(&named, &ref->id);

	if (vv_commit_read(r->s->repo, &ref->id, &c, VV_IGNORED) == VV_OK) {
		time = vv_text_utc(c.committer.time > 0 ? c.committer.time : 0);
	}
	if (other) {
		report_missing(
			r->x,
			"%.300s is restored as of %s (%.10s); its newest commit in the vault, %.10s, cannot "
			"be recovered",
			vv_text_shows(ref->name), time, vv_oid_shows(&ref->id),
			vv_oid_shows(&named));
	} else {
		report_missing(r->x, "%.300s is restored as of %s (%.10s)",
			       vv_text_shows(ref->name), time, vv_oid_shows(&ref->id));
	}
}

/* Reports a run whose list of refs is lost. */
static void tell_run(const recovering *r, const vv_vault_run *run)
{
	char why[176] = "";

	if (run->lost) {
		(void)snprintf(why, sizeof(why), " (%.160s)", run->why.message);
	}
	report_missing(r->x,
		       "the head %s of %s, by %s, is newer, but its version cannot be recovered%s",
		       vv_cid_shows(&run->record->cid), vv_text_utc((int64_t)run->record->time),
		       vv_did_shows(run->record->author), why);
}

/* If the recovered state is not the newest: reports the newer runs, and each ref's age. */
static void tell_age(const recovering *r)
{
	const vv_vault_run *used = refs_of(r, NULL);

	vv_array_each(r->contents.runs, r->contents.count, run) {
		const bool left_out = run >= r->contents.runs + r->limit;
		if (run > used && (run->lost || (left_out && run->refs.len > 0))) {
			r->x->older = true;
			tell_run(r, run);
		}
	}
	vv_array_each(r->refs, r->x->older ? r->ref_count : 0, ref) {
		tell_ref(r, ref);
	}
}

static vv_status set_head(recovering *r, vv_error *err)
{
	if (r->x->branch) return vv_head_set_branch(r->s->repo, r->x->branch, "recover", err);
	return vv_oid_is_null(&r->detached)
		       ? VV_OK
		       : vv_head_detach(r->s->repo, &r->detached, "recover", err);
}

/* Holders under their names in the vault, for the next replicate. */
static vv_status keep_holders(recovering *r, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_array_each(r->s->configs.items, r->s->configs.count, it) {
		if ((rc = vv_holder_config_write(it, r->s->repo, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static void free_refs(recovering *r)
{
	vv_array_each(r->refs, r->ref_count, ref) {
		vv_free(ref->name);
	}
	vv_oids_clear(&r->tips);
}

/* Takes the content of the runs below the limit. */
static vv_status take_below(recovering *r, const vv_receive_limits *limits, vv_error *err)
{
	vv_status rc;

	free_refs(r);
	vv_recover_clear(r->x);
	r->ref_count = 0;
	memset(&r->detached, 0, sizeof(r->detached));
	vv_receive_close(r->receive);
	r->receive = NULL;
	vv_cid_map_reset(r->objects);
	r->x->blocks = r->x->objects = r->x->beside = 0;
	if ((rc = vv_receive_open(&r->receive, r->s->repo, limits, err)) < 0 ||
	    (rc = take_items(r, err)) < 0 || (rc = list_refs(r, err)) < 0) {
		return rc;
	}
	return take_in(r, err);
}

/* The first run of which nothing, or not all of Git's history, can be had. */
static size_t first_broken(const recovering *r)
{
	const size_t end = r->broken < r->limit ? r->broken : r->limit;

	return vv_find_place(i, end, r->contents.runs[i].lost);
}

static vv_status run_all(recovering *r, vv_error *err)
{
	vv_receive_limits limits;
	vv_status rc;

	if (!(r->objects = vv_cid_map_new())) return vv_fail_nomem(err);
	if ((rc = open_vault(r, err)) < 0 || (rc = find_head(r, err)) < 0 ||
	    (rc = vv_receive_limits_load(&limits, r->s->repo, err)) < 0) {
		return rc;
	}
	r->limit = r->contents.count;
	rc = take_below(r, &limits, err);
	if (rc == VV_OK || rc == VV_EMISSING || rc == VV_ENOTFOUND) {
		tell_shards(r);
	}
	/* the runs before the broken one may be whole */
	if ((rc == VV_EMISSING || rc == VV_ENOTFOUND) && first_broken(r) < r->limit) {
		r->limit = first_broken(r);
		if (refs_of(r, NULL) && take_below(r, &limits, VV_IGNORED) == VV_OK) {
			rc = VV_OK;
		}
	}
	if (rc < 0) return rc;
	tell_age(r);
	if ((rc = set_head(r, err)) < 0 || (rc = keep_holders(r, err)) < 0) return rc;
	/* records of this key missed by an earlier attempt are this machine's own */
	return vv_vault_session_adopt(r->s, err);
}

vv_status vv_recover_run(vv_recover *x, vv_vault_session *s, vv_error *err)
{
	recovering r = {.x = x, .s = s};
	vv_status rc = run_all(&r, err);

	vv_receive_close(r.receive);
	vv_contents_close(&r.contents);
	vv_cid_map_free(r.objects);
	vv_buf_clear_all(&r.bytes, &r.base);
	free_refs(&r);
	vv_free(r.refs);
	return rc;
}
