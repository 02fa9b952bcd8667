/*
 * holder: the places that keep sealed copies for this repository.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/sealed/holder_open.h"
#include "cmd/vault/work/owed.h"
#include "cmd/vault/work/session.h"
#include "cmd/vault/work/spread.h"

typedef struct options {
	const char *domain, *format, *key;
	uint64_t quota;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "domain", domain, "LABEL",
		   "add: the failure domain of this holder (default: its disk, or its host)"),
	OPT_STRING(0, "key", key, "DID", "add: the key with which the server signs"),
	OPT_POSITIVE(0, "quota", quota, "BYTES", "add: keep at most BYTES there"),
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS", VV_TIMEOUT_HELP),
	OPT_JSON("list: the output format"),
};

/* Copies beside the original are lost with it. */
static vv_status check_outside(const vv_repository *r, const char *url, vv_error *err)
{
	const char *const roots[] = {vv_repository_workdir(r), vv_repository_gitdir(r),
				     vv_repository_commondir(r)};
	char *real = vv_path_is_absolute(url) ? realpath(url, NULL)
					      : NULL; /* NULL: not there, or no folder */
	vv_status rc = VV_OK;

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]) && rc == VV_OK; i++) {
		if (roots[i] &&
		    (vv_path_below(roots[i], url) || (real && vv_path_below(roots[i], real)))) {
			rc = vv_fail(
				err, VV_EREFUSED,
				"'%s' is inside this repository, so a copy there would be lost "
				"together with the repository\nuse a folder outside, best on "
				"another disk",
				vv_text_url(url));
		}
	}
	free(real);
	return rc;
}

/* A server's second address is not a second copy. */
static vv_status check_other_server(const vv_holder_configs *all, const vv_holder_config *h,
				    vv_error *err)
{
	const vv_holder_config *same = vv_array_find(all->items, h->key ? all->count : 0, other,
						     other->key && !other->dead &&
							     strcmp(other->key, h->key) == 0 &&
							     strcmp(other->name, h->name) != 0);

	return !same ? VV_OK
		     : vv_fail(err, VV_EEXISTS,
			       "this server is already the holder '%s': it signs with the same key, %s\none server can hold only one copy; 'varve vault holder list' shows the addresses",
			       vv_text_shows(same->name), h->key);
}

static vv_status run_add(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_holder_configs) all = {0};
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_vault_holder) *h = NULL;
	uint8_t key[VV_KEY_PUBLIC];
	vv_auto(char) *url = NULL;
	char did[VV_DID_TEXT];
	vv_status rc;

	if ((rc = vv_holder_name_check(c->argv[1], err)) < 0 ||
	    (rc = vv_vault_holder_url(&url, c->argv[2], err)) < 0 ||
	    (rc = check_outside(c->repo, url, err)) < 0 ||
	    (rc = vv_holder_configs_read(&all, c->repo, err)) < 0) {
		return rc;
	}
	const vv_holder_config *old = vv_holder_config_find(&all, c->argv[1]);
	const bool moves = old && strcmp(old->url, url) != 0;
	/* a varve server is known by its key, whatever its address */
	if (moves && (!old->key || (o->key && strcmp(o->key, old->key) != 0))) {
		return vv_fail(
			err, VV_EEXISTS,
			"a holder '%s' already exists: %s\nuse another name, or run 'varve vault holder remove %s', which moves its copies to other holders",
			vv_text_shows(old->name), vv_text_url(old->url), vv_text_shows(old->name));
	}
	const vv_holder_config *other = vv_array_find(all.items, all.count, one,
						      one != old && strcmp(one->url, url) == 0);
	if (other) {
		return vv_fail(err, VV_EEXISTS, "the holder '%s' already uses this place",
			       vv_text_shows(other->name));
	}
	/* values not given again are kept */
	const char *domain = NULL;

	if (o->domain) {
		domain = o->domain;
	} else if (old) {
		domain = old->domain;
	}
	uint64_t quota = 0;

	if (o->quota > 0) {
		quota = o->quota;
	} else if (old) {
		quota = old->quota;
	}
	vv_holder_config config = {.name = c->argv[1],
				   .url = url,
				   .domain = (char *)(uintptr_t)domain,
				   .key = o->key ? (char *)(uintptr_t)o->key
					  : old  ? old->key
						 : NULL,
				   .quota = quota};
	if ((rc = vv_transfer_open(&t, c->repo, &vv_notes_stderr, true, o->timeout, err)) < 0 ||
	    (rc = vv_vault_holder_open(&h, &config, NULL, &t.connect, true, err)) < 0) {
		return rc;
	}
	if (vv_vault_holder_key(h, key)) {
		if (o->quota > 0) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is a varve server, whose owner sets its limit: leave "
				       "out --quota",
				       vv_text_shows(c->argv[2]));
		}
		vv_did_text(did, key);
		config.key = did;
	} else if (o->key) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' has no key, since only varve servers sign: leave out --key",
			       vv_text_shows(c->argv[2]));
	}
	if ((rc = check_other_server(&all, &config, err)) < 0 ||
	    (rc = vv_holder_config_write(&config, c->repo, err)) < 0) {
		return rc;
	}
	if (moves) {
		vv_note("holder '%s' has a new address, before: %s", vv_text_shows(old->name),
			vv_text_url(old->url));
	}
	if (config.key) {
		vv_note("holder '%s' signs with the key %s", vv_text_shows(config.name),
			config.key);
	}
	vv_note("holder '%s' fails together with: %s", vv_text_shows(config.name),
		vv_text_shows(vv_vault_holder_domain(h)));
	if (vv_vault_holder_caveat(h)) {
		vv_warn("holder '%s': %s", vv_text_shows(config.name), vv_vault_holder_caveat(h));
	}
	return rc;
}

typedef struct kept {
	uint64_t shards, bytes;
} kept;

static vv_status on_shard(void *payload, const vv_cid *cid VV_UNUSED, uint64_t size,
			  vv_error *err VV_UNUSED)
{
	kept *k = payload;

	k->shards++;
	k->bytes += size;
	return VV_OK;
}

/* Counts the holder's shards in the ledger; if this machine's key does not open the vault, whose holders' names are
 * sealed, in the holder's list. */
static kept count_kept(const vv_vault_session *s, const vv_vault_place *p)
{
	kept k = {0, 0};
	if (!s->readable && s->ledger && p->holder) {
		(void)vv_holder_list_shards(p->holder, vv_ledger_vault(s->ledger), on_shard, &k,
					    VV_IGNORED);
	} else if (s->state) {
		vv_array_each(s->state->shards, s->state->shard_count, it) {
			const vv_copy *c = vv_vault_copy_at(it, p->id);
			if (c && c->receipt) {
				k.shards++;
				k.bytes += vv_shard_len(it->shard.leaves);
			}
		}
	}
	return k;
}

static void out_url(const char *url)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_text_put_url(&b, url);
	vv_out_text(vv_buf_cstr(&b), b.len);
}

/* w NULL: as text. */
static void print_place(vv_json_out *w, const vv_vault_session *s, const vv_vault_place *p)
{
	const char *domain = vv_vault_place_domain(s, p),
		   *caveat = p->holder ? vv_vault_holder_caveat(p->holder) : NULL, *state = "away";

	if (p->config->dead) {
		state = "dead";
	} else if (p->holder) {
		state = "here";
	}
	const bool fails = (!p->holder || p->refuses) && !p->config->dead;
	const kept k = count_kept(s, p);

	if (w) {
		vv_json_put_object(w, {JSON_TEXT("name", p->config->name)},
				   {JSON_URL("url", p->config->url)},
				   {JSON_TEXT("domain", *domain ? domain : NULL)},
				   {JSON_TEXT("state", state)}, {JSON_NUMBER("shards", k.shards)},
				   {JSON_NUMBER("bytes", k.bytes)}, {JSON_TEXT("caveat", caveat)},
				   {JSON_TEXT("error", fails ? p->why.message : NULL)});
		return;
	}
	vv_out_between("", p->config->name, "  ");
	out_url(p->config->url);
	vv_out("\n  %s, %s in %s", state, vv_text_bytes(k.bytes),
	       vv_text_counted(k.shards, "shard", NULL));
	if (*domain) {
		vv_out_between(", fails together with: ", domain, "");
	}
	vv_out("\n");
	if (caveat) {
		vv_out("  %s\n", caveat);
	}
	if (fails) {
		vv_out("  %s%s\n", p->refuses ? "accepts no new data: " : "", p->why.message);
	}
}

static vv_status run_list(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const bool json = vv_wants_json(o->format);
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = vv_json_begin_array(&b, 2);
	vv_status rc = vv_vault_session_open_to_look(&s, c->repo, &vv_notes_stderr, o->timeout,
						     err);

	if (rc < 0) return rc;
	if ((rc = vv_vault_session_connect(&s, err)) < 0) return rc;
	vv_array_each(s.places, s.place_count, place) {
		print_place(json ? &w : NULL, &s, place);
	}
	vv_json_close_array(&w);
	if (json) return vv_out_json(&b, err);
	if (s.place_count == 0) {
		vv_note("no holders yet; add one with 'varve vault holder add NAME FOLDER'");
	}
	return rc;
}

/* Moves its shards to the others, then removes it. */
static vv_status run_remove(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {
		.notes = &vv_notes_stderr, .need_key = true, .idle_sec = o->timeout, .again = true};
	vv_auto(vv_vault_session) s = {.lock = -1};
	const vv_holder_config *h;
	vv_auto_free bool *leave = NULL;
	vv_status rc = vv_vault_session_open(&s, c->repo, &so, err);

	if (rc < 0) return rc;
	if (!(h = vv_holder_config_find(&s.configs, c->argv[1]))) {
		return vv_holder_fail_unknown(c->argv[1], VV_ENOTFOUND, err);
	}
	if (s.ledger) {
		vv_owed owed = {.fix = true};
		if ((rc = vv_vault_session_connect(&s, err)) < 0) return rc;
		owed.copies = s.policy.copies ? s.policy.copies : 1;
		if (!(leave = vv_calloc(s.place_count, sizeof(*leave)))) return vv_fail_nomem(err);
		leave[h - s.configs.items] = true;
		owed.leave = leave;
		/* shards already lacking before do not prevent the removal */
		if (s.state && (rc = vv_owed_run(&owed, &s, err)) == VV_OK && owed.less > 0) {
			rc = vv_fail(
				err, VV_EREFUSED,
				"'%s' keeps %s that no other holder can accept: after its removal, %s would be missing\nfirst add a holder in another failure domain, or require fewer copies ('varve vault replicate --copies'); if the holder is gone for good, run 'varve vault holder dead %s'",
				vv_text_shows(h->name),
				vv_text_counted(owed.less, "copy", "copies"),
				owed.less == 1 ? "it" : "they", vv_text_shows(h->name));
		}
		if (rc == VV_OK && owed.shards > 0) {
			vv_note("%s moved to other holders",
				vv_text_counted(owed.shards, "copy", "copies"));
		}
	}
	if (rc == VV_OK) {
		const vv_holder_config gone = {.name = h->name};
		rc = vv_holder_config_write(&gone, c->repo, err);
	}
	return rc;
}

static vv_status run_dead(vv_context *c, vv_error *err)
{
	vv_auto(vv_holder_configs) all = {0};
	const vv_holder_config *h;
	vv_status rc = vv_holder_configs_read(&all, c->repo, err);

	if (rc < 0) return rc;
	if (!(h = vv_holder_config_find(&all, c->argv[1]))) {
		rc = vv_holder_fail_unknown(c->argv[1], VV_ENOTFOUND, err);
	} else {
		vv_holder_config dead = *h;
		dead.dead = true;
		if ((rc = vv_holder_config_write(&dead, c->repo, err)) == VV_OK) {
			vv_note("the copies of '%s' count as lost; run 'varve vault repair' to replace them",
				vv_text_shows(h->name));
		}
	}
	return rc;
}

static int check_holder(const vv_context *c)
{
	const options *o = c->options;
	const char *what = c->argc > 0 ? c->argv[0] : "list";
	const bool add = strcmp(what, "add") == 0, list = strcmp(what, "list") == 0;

	if (!(add && c->argc == 3) && !(list && c->argc <= 1) &&
	    !((strcmp(what, "remove") == 0 || strcmp(what, "dead") == 0) && c->argc == 2)) {
		return vv_usage_error(
			"expected holder add NAME URL, list, remove NAME or dead NAME");
	}
	if (!add && (o->domain || o->quota > 0 || o->key)) {
		return vv_usage_error("--domain, --quota and --key require add");
	}
	return vv_check_json(vv_wants_json(o->format), list, "holder list");
}

static vv_status run_holder(vv_context *c, vv_error *err)
{
	const char *what = c->argc > 0 ? c->argv[0] : "list";

	if (strcmp(what, "add") == 0) return run_add(c, err);
	if (strcmp(what, "remove") == 0) return run_remove(c, err);
	if (strcmp(what, "dead") == 0) return run_dead(c, err);
	return run_list(c, err);
}

const vv_command vv_cmd_vault_holder = {
	.name = "vault holder",
	.group = "who",
	.summary = "manage the places that keep sealed copies of this repository",
	.usage =
		"add NAME FOLDER|URL [--domain LABEL] [--quota BYTES] [--key DID] [--timeout SECONDS]\n"
		"add NAME sftp://[USER@]HOST[:PORT]/FOLDER\n"
		"add NAME s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME&style=path|virtual]\n"
		"add NAME http[s]://..., ssh://..., HOST:PATH or relay+http[s]://HOST/KEY, a varve server that keeps copies\n"
		"add NAME ipfs+http[s]://HOST:PORT\n"
		"list [--json | --format FORMAT] [--timeout SECONDS]\nremove [--timeout SECONDS] NAME\ndead NAME",
	.example = "$ varve vault holder add stick ../media/stick --domain desk\n"
		   "holder 'stick' fails together with: desk",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_holder,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_holder,
};
