/*
 * session: the folder, and how ledgers meet.
 */
#include "cmd/vault/work/session.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/key_ring.h"
#include "cmd/vault/sealed/holder_open.h"
#include "cmd/vault/work/policy.h"
#include "repo/blocks/cache.h"

#define SEEN_MAX (1u << 20)

char *vv_vault_session_path(const vv_vault_session *s, const char *folder, const char *name)
{
	return vv_path_join(s->dir, folder, name, (char *)NULL);
}

/* --- when holders were seen ---------------------------------------------------------------- */

/* Lines "SECONDS NAME". */
static vv_status read_seen(vv_vault_session *s, vv_error *err)
{
	vv_auto(char) *path = vv_vault_session_path(s, "seen", NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_missing_ok(vv_read_regular(&text, path, SEEN_MAX, err), err);

	for (vv_line l = {.rest = vv_buf_cstr(&text)}; rc == VV_OK && vv_line_next(&l);) {
		const size_t digits = strspn(l.text, "0123456789");
		vv_array_each(s->places, digits < l.len ? s->place_count : 0, place) {
			const char *name = place->config->name;
			if (strlen(name) == l.len - digits - 1 &&
			    memcmp(l.text + digits + 1, name, l.len - digits - 1) == 0) {
				uint64_t seen = 0;
				(void)vv_parse_u64(&seen, l.text, digits);
				/* from a clock that was far ahead: the wait begins now */
				place->seen = seen < s->now ? seen : s->now;
			}
		}
	}
	return rc;
}

static vv_status write_seen(const vv_vault_session *s, vv_error *err)
{
	vv_auto(char) *path = vv_vault_session_path(s, "seen", NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_array_each(s->places, s->place_count, place) {
		if (place->seen > 0) {
			vv_buf_printf(&text, "%llu %s\n", (unsigned long long)place->seen,
				      place->config->name);
		}
	}
	return vv_write_file(path, vv_buf_cstr(&text), text.len, false, err);
}

/* --- what fails together -------------------------------------------------------------------------- */

static const char *own_domain(const vv_vault_place *p)
{
	if (p->config->domain) return p->config->domain;
	return p->holder ? vv_vault_holder_domain(p->holder) : "";
}

/* Two addresses with one key are one server, whatever their configuration. */
static bool same_key(const vv_vault_place *a, const vv_vault_place *b)
{
	return a->config->key && b->config->key && strcmp(a->config->key, b->config->key) == 0;
}

/* A server with two addresses joins the domains of both. */
static void join_places(vv_vault_session *s)
{
	bool again = true;

	vv_array_each(s->places, s->place_count, place) {
		place->fails_with = (size_t)(place - s->places);
	}
	while (again) {
		again = false;
		for (size_t i = 0; i < s->place_count * s->place_count; i++) {
			vv_vault_place *a = &s->places[i / s->place_count];
			const vv_vault_place *b = &s->places[i % s->place_count];
			const char *domain = own_domain(a);
			if (b->fails_with < a->fails_with &&
			    (same_key(a, b) || (*domain && strcmp(domain, own_domain(b)) == 0))) {
				a->fails_with = b->fails_with;
				again = true;
			}
		}
	}
}

const char *vv_vault_place_domain(const vv_vault_session *s, const vv_vault_place *p)
{
	const char *key = "";

	for (size_t i = p->fails_with; i < s->place_count; i++) {
		const vv_vault_place *q = &s->places[i];
		if (q->fails_with != p->fails_with) {
			continue;
		}
		if (*own_domain(q)) return own_domain(q);
		key = q != p && same_key(p, q) ? p->config->key : key;
	}
	return key;
}

/* --- open and close ------------------------------------------------------------------------- */

/* Its name is durable before anything in it is counted on. */
static vv_status make_dir(const vv_vault_session *s, vv_error *err)
{
	if (vv_exists(s->dir)) return VV_OK;
	vv_status rc = vv_mkdirs(s->dir, err);
	return rc < 0 ? rc : vv_fsync_dir(vv_repository_varvedir(s->repo), err);
}

static vv_status open_parts(vv_vault_session *s, const vv_session_options *o, vv_error *err)
{
	vv_auto(char) *lock = vv_path_join(s->dir, "lock", (char *)NULL);
	vv_status rc;

	if ((rc = make_dir(s, err)) == VV_OK) {
		s->lock = vv_lock(lock, true, o->at_once ? 0 : 2000, err);
		rc = s->lock < 0 ? (vv_status)s->lock : VV_OK;
	}
	if (rc == VV_ELOCKED) {
		rc = vv_fail(err, VV_ELOCKED,
			     "another command is using this repository's vault\ntry again when "
			     "that command has ended");
	}
	if (rc == VV_OK) {
		vv_temp_sweep(s->dir, VV_WRITE_TEMP);
	}
	if (rc < 0 || (rc = vv_vault_policy_read(&s->policy, s->repo, err)) < 0 ||
	    (rc = vv_holder_configs_read(&s->configs, s->repo, err)) < 0) {
		return rc;
	}
	s->again = o->again;
	s->place_count = s->configs.count;
	if (!(s->places = vv_calloc(s->place_count + 1, sizeof(*s->places)))) {
		return vv_fail_nomem(err);
	}
	vv_array_each(s->places, s->place_count, place) {
		place->config = &s->configs.items[place - s->places];
		vv_fail(&place->why, VV_EIO, "not asked");
	}
	join_places(s);
	if ((rc = read_seen(s, err)) < 0 ||
	    (rc = vv_transfer_open(&s->transfer, s->repo, s->notes, o->quiet, o->idle_sec, err)) <
		    0) {
		return rc;
	}
	s->transfer.connect.beside = o->beside;
	if (o->need_key || o->key_file) {
		if ((rc = vv_key_ring_open(&s->key, vv_repository_env(s->repo), o->key_file, err)) <
		    0) {
			return rc;
		}
		s->has_key = true;
	}
	return vv_cid_is_null(&s->policy.vault) ? VV_OK
						: vv_vault_session_begin(s, &s->policy.vault, err);
}

vv_status vv_vault_session_open(vv_vault_session *s, vv_repository *r, const vv_session_options *o,
				vv_error *err)
{
	vv_status rc;

	*s = (vv_vault_session){.lock = -1, .repo = r, .notes = o->notes};
	s->now = (uint64_t)vv_now_sec();
	if (!(s->dir = vv_path_join(vv_repository_varvedir(r), "vault", (char *)NULL))) {
		return vv_fail_nomem(err);
	}
	if ((rc = open_parts(s, o, err)) < 0) {
		vv_vault_session_close(s);
	}
	return rc;
}

vv_status vv_vault_session_open_to_look(vv_vault_session *s, vv_repository *r,
					const vv_notes *notes, uint64_t idle_sec, vv_error *err)
{
	vv_session_options o = {
		.notes = notes, .quiet = true, .need_key = true, .idle_sec = idle_sec};

	if (vv_vault_session_open(s, r, &o, VV_IGNORED) == VV_OK) return VV_OK;
	o.need_key = false;
	return vv_vault_session_open(s, r, &o, err);
}

void vv_vault_session_unlock(vv_vault_session *s)
{
	vv_fd_close(&s->lock);
}

static void forget_ask(vv_vault_place *p)
{
	if (p->ask) {
		vv_ask_clear(p->ask);
	}
	vv_free(p->ask);
	p->ask = NULL;
}

void vv_vault_session_close(vv_vault_session *s)
{
	vv_array_each(s->places, s->place_count, place) {
		vv_meeting_clear(&place->meeting);
		vv_vault_holder_close(place->holder);
		forget_ask(place);
	}
	vv_free(s->places);
	vv_holder_configs_clear(&s->configs);
	vv_epoch_secrets_clear(&s->secrets);
	vv_vault_state_close(s->state);
	vv_ledger_close(s->ledger);
	if (s->transfer.program || s->transfer.pool) {
		vv_transfer_close(&s->transfer);
	}
	vv_block_cache_free(s->made);
	vv_block_cache_free(s->opened);
	vv_key_wipe(&s->key);
	vv_vault_session_unlock(s);
	vv_free(s->dir);
	*s = (vv_vault_session){.lock = -1};
}

/* Replaces a holder's provisional name. */
static vv_status rename_place(vv_holder_config *h, const char *name, const char *domain,
			      vv_error *err)
{
	vv_auto(char) *new_name = NULL, *new_domain = NULL;

	if (strncmp(h->name, VV_PLACE_UNNAMED, sizeof(VV_PLACE_UNNAMED) - 1) != 0) return VV_OK;
	new_name = vv_strdup(name);
	new_domain = domain ? vv_strdup(domain) : NULL;
	if (!new_name || (domain && !new_domain)) return vv_fail_nomem(err);
	vv_free_all(h->name, h->domain);
	h->name = vv_take(&new_name);
	h->domain = vv_take(&new_domain);
	return VV_OK;
}

vv_status vv_vault_session_add_place(vv_vault_session *s, const char *name, const char *url,
				     const char *domain, vv_error *err)
{
	vv_holder_configs *c = &s->configs;

	vv_holder_config *known = vv_array_find(c->items, c->count, one,
						strcmp(one->url, url) == 0);

	if (known) return rename_place(known, name, domain, err);
	vv_vault_place *places = vv_realloc_array(s->places, c->count + 2, sizeof(*places));
	if (!places) return vv_fail_nomem(err);
	s->places = places;
	if (!vv_array_room(c->items, c->count, c->cap)) return vv_fail_nomem(err);
	vv_holder_config *h = &c->items[c->count];
	*h = (vv_holder_config){.name = vv_strdup(name)};
	h->url = vv_strdup(url);
	h->domain = domain ? vv_strdup(domain) : NULL;
	if (!h->name || !h->url || (domain && !h->domain)) {
		vv_free_all(h->name, h->url, h->domain);
		return vv_fail_nomem(err);
	}
	memset(&s->places[c->count], 0, sizeof(*s->places));
	vv_fail(&s->places[c->count].why, VV_EIO, "not asked");
	s->places[c->count].fails_with = c->count; /* until connect finds the domain */
	s->place_count = ++c->count;
	for (size_t i = 0; i < c->count; i++) {
		s->places[i].config = &c->items[i];
	}
	return VV_OK;
}

vv_status vv_vault_session_expect_key(vv_vault_session *s, const char *url, const char *key,
				      vv_error *err)
{
	vv_error why;

	for (size_t i = 0; i < s->place_count; i++) {
		vv_holder_config *c = &s->configs.items[i];
		if (strcmp(c->url, url) != 0 || (c->key && strcmp(c->key, key) == 0)) {
			continue;
		}
		if (c->key) {
			vv_fail(&why, VV_EREFUSED,
				"holder '%s': it signs with another key: %s instead of %s",
				vv_text_shows(c->name), c->key, vv_text_shows(key));
			vv_vault_place_fail(&s->places[i], &why);
		}
		vv_free(c->key);
		if (!(c->key = vv_strdup(key))) return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status vv_vault_session_need_vault(const vv_vault_session *s, vv_error *err)
{
	if (s->ledger) return VV_OK;
	return vv_fail(
		err, VV_ENOTFOUND,
		"this repository has no vault yet\nadd a holder with 'varve vault holder add NAME FOLDER', then run 'varve vault replicate'");
}

vv_status vv_vault_session_need_ledger(const vv_vault_session *s, vv_error *err)
{
	if (s->state) return VV_OK;
	return vv_fail(err, VV_EMISSING,
		       "no reachable holder has this vault's ledger\n"
		       "'varve vault holder list' shows the holders and their problems");
}

vv_status vv_vault_session_need_reader(const vv_vault_session *s, vv_error *err)
{
	if (s->readable) return VV_OK;
	return vv_fail(
		err, VV_EREFUSED,
		"the vault is not sealed to the key %s\nan owner can add this key with 'varve vault readers add DID'; if this machine's earlier key was lost, import a copy with 'varve vault key import FILE', or use the recovery key, with a command that has --key FILE",
		vv_did_shows(s->key.public_key));
}

vv_status vv_vault_session_need_writer(const vv_vault_session *s, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_vault_session_need_ledger(s, err)) < 0) return rc;
	if (!vv_vault_is_writer(s->state, s->key.public_key) || !s->secrets.last) {
		return vv_fail(err, VV_EREFUSED,
			       "the key %s is not a writer of this vault\n"
			       "an owner can add it with 'varve vault writers add %s'",
			       vv_did_shows(s->key.public_key), vv_did_shows(s->key.public_key));
	}
	return VV_OK;
}

/* Works out state, secrets and holders' ids again. */
static vv_status refresh_state(vv_vault_session *s, vv_error *err)
{
	const size_t files = vv_ledger_file_count(s->ledger);
	const size_t counting = vv_ledger_count(s->ledger);
	vv_error why;

	if (s->state && s->state_files == files && s->state_counting == counting &&
	    s->state_places == s->place_count) {
		return VV_OK; /* nothing came */
	}
	vv_vault_state_close(s->state);
	s->state = NULL;
	s->state_files = files;
	s->state_counting = counting;
	s->state_places = s->place_count;
	vv_epoch_secrets_clear(&s->secrets);
	s->readable = false;
	vv_status rc = vv_vault_state_open(&s->state, s->ledger, &why);
	if (rc == VV_EMISSING) {
		return VV_OK; /* no holder was contacted yet */
	}
	if (rc == VV_OK && s->has_key) {
		rc = vv_epoch_secrets_open(&s->secrets, s->state, vv_ledger_vault(s->ledger),
					   &s->key, &why);
		s->readable = rc == VV_OK;
		rc = rc == VV_EREFUSED ? VV_OK : rc; /* callers that need to read report it */
	}
	if (rc < 0) return vv_error_copy(err, &why);
	vv_array_each(s->places, s->readable ? s->place_count : 0, place) {
		if ((rc = vv_epoch_holder_id(place->id, &s->secrets, s->state, place->config->url,
					     err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_vault_session_begin(vv_vault_session *s, const vv_cid *vault, vv_error *err)
{
	vv_auto(char) *dir = vv_vault_session_path(s, "ledger", NULL);

	vv_vault_state_close(s->state); /* which is of the ledger */
	s->state = NULL;
	vv_ledger_close(s->ledger);
	s->ledger = NULL;
	vv_status rc = dir ? vv_ledger_open(&s->ledger, dir, vault, err) : vv_fail_nomem(err);
	return rc < 0 ? rc : refresh_state(s, err);
}

vv_vault_place *vv_vault_place_of(const vv_vault_session *s, const uint8_t id[VV_HOLDER_ID])
{
	return vv_array_find(s->places, s->place_count, p, memcmp(p->id, id, VV_HOLDER_ID) == 0);
}

void vv_vault_place_fail(vv_vault_place *p, const vv_error *err)
{
	p->why = *err;
	p->silent = p->silent || err->silent;
	vv_vault_holder_close(p->holder);
	p->holder = NULL;
	p->refuses = false;
}

void vv_vault_place_put_failed(vv_vault_place *p, const vv_error *err, uint64_t len)
{
	if (err->code != VV_EREFUSED) {
		vv_vault_place_fail(p, err);
		return;
	}
	p->why = *err;
	p->refused_len = p->refuses && p->refused_len < len ? p->refused_len : len;
	p->refuses = true;
}

bool vv_vault_place_takes(const vv_vault_place *p, uint64_t len)
{
	return p->holder && (!p->refuses || len < p->refused_len);
}

void vv_vault_session_offer_again(vv_vault_session *s)
{
	vv_array_each(s->places, s->place_count, place) {
		place->refuses = false;
	}
}

bool vv_vault_place_answered(const vv_vault_place *p)
{
	return p->holder ||
	       (p->why.code != VV_EIO && p->why.code != VV_ENOTFOUND && p->why.code != VV_EPROGRAM);
}

/* --- the key in two places -------------------------------------------------------------------- */

vv_status vv_vault_session_check_key(const vv_vault_session *s, vv_error *err)
{
	const vv_ledger_author *own = s->ledger ? vv_ledger_author_of(s->ledger, s->key.public_key)
						: NULL;
	vv_auto(char) *path = vv_vault_session_path(s, "stranger", NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && own && own->waiting > 0) {
		/* Another record of a number that is taken would be a lie. */
		rc = vv_fail(
			err, VV_EMISSING,
			"%s of the key %s cannot be used, since earlier ones are missing\ntry again when the holders of the earlier records can be reached; else make a new key ('varve vault key new --force'), and have an owner add it",
			vv_text_counted(own->waiting, "record", NULL),
			vv_did_shows(s->key.public_key));
	} else if (rc == VV_OK && own && own->fork[0]) {
		rc = vv_fail(
			err, VV_ECONFLICT,
			"two machines use the key %s: two records have the number %llu\nmake a new key for this machine ('varve vault key new --force'), and have an owner add it ('varve vault writers add')",
			vv_did_shows(s->key.public_key),
			(unsigned long long)own->fork[0]->sequence);
	} else if (rc == VV_OK && vv_exists(path) &&
		   (rc = vv_read_regular(&text, path, SEEN_MAX, err)) == VV_OK) {
		rc = vv_fail(
			err, VV_ECONFLICT,
			"two machines use the key %s: the record %s was not written on this one\nif this clone was restored from a copy, run 'varve vault replicate --adopt'; else make a key for this machine ('varve vault key new --force')",
			vv_did_shows(s->key.public_key),
			vv_text_show(vv_buf_cstr(&text), strcspn(vv_buf_cstr(&text), "\n")));
	}
	return rc;
}

vv_status vv_vault_session_adopt(vv_vault_session *s, vv_error *err)
{
	vv_auto(char) *path = vv_vault_session_path(s, "stranger", NULL);

	return vv_unlink(path, true, err);
}

/* A record of our own key came that is not ours. */
static vv_status note_stranger(const vv_vault_session *s, const char *name, vv_error *err)
{
	vv_auto(char) *path = vv_vault_session_path(s, "stranger", NULL);

	return vv_exists(path) ? VV_OK : vv_write_file(path, name, strlen(name), true, err);
}

/* --- meeting ------------------------------------------------------------------------------------ */

typedef struct visit {
	vv_vault_session *s;
	vv_vault_place *p;
	bool wrote; /* our key had records before */
} visit;

/* A record with our key that we did not write is a sign of a second machine. */
static vv_status on_took(void *payload, const char *name, vv_error *err)
{
	const visit *m = payload;
	char did[VV_DID_TEXT];

	vv_did_text(did, m->s->key.public_key);
	return m->wrote && strncmp(name, did + 8, strlen(did + 8)) == 0 &&
			       name[strlen(did + 8)] == '/'
		       ? note_stranger(m->s, name, err)
		       : VV_OK;
}

static void on_damaged(void *payload, const vv_damaged_record *d)
{
	const visit *m = payload;

	vv_notes_warn(m->s->notes, "holder '%s' has a %s: %s (%s)",
		      vv_text_shows(m->p->config->name),
		      d->unheard ? "record that does not count" : "damaged record",
		      vv_text_shows(d->name), d->why.message);
}

static vv_status meet_holder(vv_vault_session *s, vv_vault_place *p, bool look, vv_error *err)
{
	const vv_ledger_author *own = s->has_key ? vv_ledger_author_of(s->ledger, s->key.public_key)
						 : NULL;
	visit m = {.s = s, .p = p, .wrote = own && own->head};

	p->meeting.ledger = s->ledger;
	p->meeting.holder = p->holder;
	p->meeting.mend = s->mend;
	p->meeting.self = s->has_key ? s->key.public_key : NULL;
	p->meeting.took = on_took;
	p->meeting.found = look ? NULL : on_damaged;
	p->meeting.payload = &m;
	if (look) return vv_meeting_look(&p->meeting, err);
	return vv_meeting_run(&p->meeting, err);
}

vv_status vv_vault_session_look(vv_vault_session *s, vv_vault_place *p, vv_error *err)
{
	vv_status rc = meet_holder(s, p, true, err);

	if (rc < 0) {
		vv_vault_place_fail(p, err);
	}
	return rc;
}

/* later: the records sent are durable after vv_vault_session_finish. */
static vv_status meet_place(vv_vault_session *s, vv_vault_place *p, bool later, vv_error *err)
{
	vv_error why;

	p->meeting.later = later;
	p->behind = meet_holder(s, p, false, &why) < 0;
	if (p->behind) {
		if (why.code == VV_ENOMEM) return vv_error_copy(err, &why);
		vv_vault_place_put_failed(p, &why, 0);
	}
	return VV_OK;
}

vv_status vv_vault_session_meet(vv_vault_session *s, vv_vault_place *p, vv_error *err)
{
	return meet_place(s, p, false, err);
}

vv_status vv_vault_session_finish(vv_vault_session *s, bool *lost, vv_error *err)
{
	vv_auto_free vv_vault_holder **holders = vv_calloc(s->place_count + 1,
							   sizeof(vv_vault_holder *));
	vv_auto_free vv_finished *result = vv_calloc(s->place_count + 1, sizeof(*result));
	vv_status rc;

	if (!holders || !result) return vv_fail_nomem(err);
	vv_array_each(s->places, s->place_count, p) {
		holders[p - s->places] = p->holder;
	}
	if ((rc = vv_holders_finish(holders, s->place_count, result, err)) < 0) return rc;
	vv_array_each(s->places, s->place_count, p) {
		const vv_finished *r = &result[p - s->places];
		if (r->status < 0) {
			p->meeting.listed = false;
			p->behind = true;
			vv_vault_place_put_failed(p, &r->err, 0);
		}
		if (lost) {
			lost[p - s->places] = r->status < 0;
		}
	}
	return VV_OK;
}

vv_status vv_vault_session_sync(vv_vault_session *s, vv_error *err)
{
	size_t before;
	vv_status rc = s->ledger ? vv_ledger_sync(s->ledger, err) : VV_OK;

	if (rc < 0) return rc;
	/* twice, since a later holder may have records that an earlier one lacks */
	for (unsigned turn = 0; s->ledger && turn < 2; turn++) {
		before = vv_ledger_file_count(s->ledger);
		vv_array_each(s->places, s->place_count, p) {
			if (p->holder && (rc = meet_place(s, p, true, err)) < 0) return rc;
		}
		if ((rc = vv_vault_session_finish(s, NULL, err)) < 0) return rc;
		if (vv_ledger_file_count(s->ledger) == before) {
			break;
		}
	}
	return s->ledger ? refresh_state(s, err) : VV_OK;
}

/* --- reaching holders ----------------------------------------------------------------------------- */

/* The first answer's key is trusted; from then on only that key is accepted. */
static vv_status learn_key(vv_holder_config *c, const vv_vault_holder *h, vv_error *err)
{
	uint8_t key[VV_KEY_PUBLIC];

	if (c->key || !vv_vault_holder_key(h, key)) return VV_OK;
	c->key = vv_strdup(vv_did_shows(key));
	return c->key ? VV_OK : vv_fail_nomem(err);
}

size_t vv_vault_session_away(const vv_vault_session *s)
{
	size_t n = 0;

	vv_array_each(s->places, s->place_count, place) {
		n += !place->holder && !place->config->dead;
	}
	return n;
}

static vv_status open_place(void *payload, const vv_connect_options *o, vv_error *err)
{
	const visit *r = payload;

	return vv_vault_holder_open(&r->p->holder, r->p->config, r->s->has_key ? &r->s->key : NULL,
				    o, false, err);
}

static vv_status prepare_place(visit *r, vv_error *err)
{
	vv_vault_place *p = r->p;

	forget_ask(p);
	if (!(p->ask = vv_calloc(1, sizeof(*p->ask)))) return vv_fail_nomem(err);
	*p->ask = (vv_ask){
		.url = p->config->url, .named = r->s->again, .open = open_place, .payload = r};
	vv_status rc = vv_ask_prepare(p->ask, &r->s->transfer.connect, err);
	if (r->s->again && r->s->place_count == 1 && p->ask->connect.idle_sec == 0) {
		p->ask->connect.first_sec = VV_FIRST_DEFAULT; /* the last resort waits */
	}
	return rc;
}

/* An error of vv_ask_may does not have the holder's name. */
static void name_unasked(vv_vault_place *p)
{
	if (!atomic_load(&p->ask->ended)) {
		(void)vv_prefix(&p->why, "holder '%s'", vv_text_shows(p->config->name));
	}
}

vv_status vv_vault_session_reach(vv_vault_session *s, vv_error *err)
{
	vv_auto_free visit *list = vv_calloc(s->place_count + 1, sizeof(*list));
	vv_auto_free vv_ask **asks = vv_calloc(s->place_count + 1, sizeof(vv_ask *));
	size_t count = 0;
	vv_status rc;

	if (!list || !asks) return vv_fail_nomem(err);
	vv_array_each(s->places, s->place_count, p) {
		p->meeting.listed = false;
		if (!p->holder && !p->config->dead && !p->silent) {
			list[count] = (visit){.s = s, .p = p};
			if ((rc = prepare_place(&list[count], err)) < 0) return rc;
			asks[count++] = p->ask;
		}
	}
	if ((rc = vv_ask_all(asks, count, s->repo, err)) < 0) return rc;
	vv_array_each(list, count, it) {
		vv_vault_place *p = it->p;

		if (p->ask->status < 0) {
			p->why = p->ask->why;
			name_unasked(p);
			p->silent = p->silent || p->ask->silent;
			continue;
		}
		p->seen = s->now;
		p->read_failures = 0;
		if ((rc = learn_key(&s->configs.items[p - s->places], p->holder, err)) < 0) {
			return rc;
		}
	}
	join_places(s);
	return VV_OK;
}

vv_status vv_vault_session_connect(vv_vault_session *s, vv_error *err)
{
	vv_status rc = vv_vault_session_reach(s, err);

	return rc < 0 || (rc = vv_vault_session_sync(s, err)) < 0 ? rc : write_seen(s, err);
}

vv_status vv_vault_session_places(const vv_vault_session *s, const uint8_t author[VV_KEY_PUBLIC],
				  vv_buf *out, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_buf_reset(out);
	for (size_t i = s->state->runs.count; i > 0; i--) {
		const vv_ledger_record *r = s->state->runs.items[i - 1];
		if (r->sealed && memcmp(r->author, author, VV_KEY_PUBLIC) == 0) {
			rc = vv_epoch_places_open(out, &s->secrets, vv_ledger_vault(s->ledger), r,
						  err);
			break;
		}
	}
	while (rc == VV_OK && out->len > 0 && out->data[out->len - 1] == ' ') {
		out->data[--out->len] = '\0';
	}
	return rc;
}

vv_status vv_vault_session_open_to_read(vv_vault_session *s, vv_repository *r,
					const vv_session_options *o, vv_error *err)
{
	vv_status rc = vv_vault_session_open(s, r, o, err);

	if (rc < 0) return rc;
	if ((rc = vv_vault_session_need_vault(s, err)) < 0 ||
	    (rc = vv_vault_session_connect(s, err)) < 0 ||
	    (rc = vv_vault_session_need_ledger(s, err)) < 0 ||
	    (rc = vv_vault_session_need_reader(s, err)) < 0) {
		vv_vault_session_close(s);
	}
	return rc;
}
