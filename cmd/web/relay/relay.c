/*
 * relay: connections and their states, in one thread.
 *
 * A laptop: HEAD, PROOF, ASLEEP, CALLED, JOINED. A visitor: HEAD, VISITOR, JOINED. Any of them may go
 * to LEAVING, which sends the bytes in `out` and ends. Each connection has one buffer for each
 * direction; a joined one reads only while the buffer of its partner has room, so a slow side slows
 * the other one. The buffers of a laptop that sleeps are freed.
 *
 * When a laptop is called, it answers with CALL before its stream begins: the relay thereby drops the
 * signs of life that were on their way, and finds laptops that are gone.
 */
#include "cmd/web/relay/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/keys/key.h"
#include "base/sys.h"
#include "cmd/web/relay/relay_accounts.h"
#include "transport/http/address.h"
#include "transport/http/upgrade.h"
#include "transport/server/listen.h"

#define HEAD_MAX 4096u
#define PROOF_LEN (VV_KEY_PUBLIC + VV_SIGNATURE)
#define FORWARD_MAX (64u << 10) /* in a buffer of a joined connection */
#define SLEEPERS_MAX 4u         /* waiting connections of one key */
#define SIGNS_MAX 64u           /* unread bytes for a laptop that waits */
#define LEAVE_SEC 5u
#define CONNECTIONS_MAX 10000u
#define SPARE_FILES 32u
#define RECENT_MAX 256u
#define RECENT_SEC                                                                                 \
	10u /* a machine that lost its connection makes another; so after a start of the relay */
#define SWEEP_MS 1000

typedef enum state { HEAD, PROOF, ASLEEP, CALLED, VISITOR, JOINED, LEAVING, GONE } state;

typedef struct side {
	int fd;
	state state;
	vv_address from;
	relay_account *account; /* NULL: not counted yet, behind a proxy */
	uint8_t key[VV_KEY_PUBLIC];
	uint8_t challenge[VV_RELAY_CHALLENGE];
	char *host;         /* PROOF: name of this relay in the request */
	struct side *other; /* CALLED: the visitor, or NULL; VISITOR: the called laptop; JOINED */
	uint64_t since_ms;  /* in this state */
	uint64_t moved_ms;  /* when bytes last came */
	vv_buf in, out;
	bool ended, shut; /* the other end sent its end; our end is sent */
	bool proved;      /* the connection of a laptop with this key */
} side;

/* A key whose connection ended. */
typedef struct recent_key {
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t left_ms;
} recent_key;

typedef struct relay {
	vv_relay_options o;
	vv_network *proxies;
	int listener;
	side **links;
	size_t count, cap;
	struct pollfd *polls;
	size_t polls_cap;
	relay_accounts accounts;
	recent_key recent[RECENT_MAX]; /* a ring */
	size_t recent_count;           /* of all that were ever put there */
	uint64_t started_ms, now_ms;
} relay;

/* --- connections --------------------------------------------------------------------------- */

static void enter_state(const relay *r, side *k, state to)
{
	k->state = to;
	k->since_ms = k->moved_ms = r->now_ms;
}

static void end_link(side *k)
{
	if (k->state == GONE) return;
	(void)close(k->fd);
	k->state = GONE;
	if (k->account) {
		k->account->connections--;
	}
	if (k->other) {
		k->other->other = NULL;
		k->other = NULL;
	}
}

/* Ends the connection, and a joined one with its partner. */
static void end_both(side *k)
{
	side *other = k->state == JOINED ? k->other : NULL;

	end_link(k);
	if (other) {
		end_link(other);
	}
}

static void free_link(side *k)
{
	vv_buf_clear_all(&k->in, &k->out);
	vv_free_all(k->host, k);
}

/* Answers a request that is not joined, and ends. */
static void refuse_request(const relay *r, side *k, const char *status, const char *reason)
{
	vv_buf_printf(&k->out,
		      "HTTP/1.1 %s\r\nServer: " VV_RELAY_PROTOCOL
		      "\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\n"
		      "Content-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
		      status, strlen(reason) + 1, reason);
	enter_state(r, k, LEAVING);
}

static void put_upgraded(side *k)
{
	vv_buf_puts(&k->out, "HTTP/1.1 101 Switching Protocols\r\nServer: " VV_RELAY_PROTOCOL
			     "\r\nConnection: Upgrade\r\nUpgrade: " VV_RELAY_PROTOCOL "\r\n\r\n");
}

/* Counts the connection for its client. False: it has too many, and is refused. */
static bool count_client(relay *r, side *k, const vv_address *client)
{
	relay_account *account = relay_account_of(&r->accounts, client, r->now_ms);

	if (!account) {
		refuse_request(r, k, "503 Service Unavailable", "this relay has too many clients");
		return false;
	}
	if (account->connections >= r->o.per_address) {
		refuse_request(r, k, "429 Too Many Requests",
			       "this relay allows no more connections from your address");
		return false;
	}
	account->connections++;
	k->account = account;
	return true;
}

/* --- a visitor and its laptop --------------------------------------------------------------- */

static bool has_key(const side *k, const side *of)
{
	return memcmp(k->key, of->key, VV_KEY_PUBLIC) == 0;
}

static void call_laptop(const relay *r, side *laptop, side *visitor)
{
	enter_state(r, laptop, CALLED);
	laptop->other = visitor;
	visitor->other = laptop;
	vv_buf_putc(&laptop->out, VV_RELAY_CALL);
}

/* Calls the laptop that came last: older ones may be gone. */
static void look_for_laptop(const relay *r, side *visitor)
{
	for (size_t i = r->count; i-- > 0;) {
		if (r->links[i]->state == ASLEEP && has_key(r->links[i], visitor)) {
			call_laptop(r, r->links[i], visitor);
			return;
		}
	}
}

/* A visitor without a laptop comes first. Otherwise the laptop takes over a call that is not answered yet: it was for an
 * older connection of the same key, which may be dead. */
static void look_for_visitor(const relay *r, side *laptop)
{
	side **found = vv_array_find(r->links, r->count, it,
				     (*it)->state == VISITOR && !(*it)->other &&
					     has_key(*it, laptop));
	if (!found) {
		found = vv_array_find(r->links, r->count, it,
				      (*it)->state == VISITOR && has_key(*it, laptop));
	}
	if (!found) return;
	if ((*found)->other) {
		end_link((*found)->other);
	}
	call_laptop(r, laptop, *found);
}

static bool is_over(const relay *r, uint64_t since_ms, uint64_t sec)
{
	return r->now_ms - since_ms >= sec * 1000;
}

/* Does a laptop with the visitor's key have a connection, or may it be about to make one? */
static bool may_come(const relay *r, const side *visitor)
{
	const size_t kept = r->recent_count < RECENT_MAX ? r->recent_count : RECENT_MAX;

	return !is_over(r, r->started_ms, RECENT_SEC) ||
	       vv_array_find(r->links, r->count, it, (*it)->proved && has_key(*it, visitor)) ||
	       vv_array_find(r->recent, kept, it,
			     memcmp(it->key, visitor->key, VV_KEY_PUBLIC) == 0 &&
				     !is_over(r, it->left_ms, RECENT_SEC));
}

static void note_recent(relay *r, const side *k)
{
	recent_key *to = &r->recent[r->recent_count++ % RECENT_MAX];

	memcpy(to->key, k->key, VV_KEY_PUBLIC);
	to->left_ms = r->now_ms;
}

static void fall_asleep(const relay *r, side *k)
{
	k->proved = true;
	enter_state(r, k, ASLEEP);
	vv_buf_clear(&k->in);
	look_for_visitor(r, k);
}

/* --- requests -------------------------------------------------------------------------------- */

static bool over_limit(const relay *r, side *k)
{
	return relay_account_add(k->account, 0, r->now_ms) > r->o.hour_bytes;
}

static void refuse_absent(const relay *r, side *visitor)
{
	refuse_request(r, visitor, "404 Not Found",
		       "no machine with this key is connected to this relay now");
}

static void begin_visit(const relay *r, side *k, const char *key)
{
	const size_t len = strcspn(key, " ?");

	if (!vv_did_key_read(k->key, key, len)) {
		refuse_request(r, k, "400 Bad Request",
			       "the path does not have a key after " VV_RELAY_VISIT);
	} else if (over_limit(r, k)) {
		refuse_request(r, k, "429 Too Many Requests",
			       "this relay forwards no more bytes for your address in this hour");
	} else {
		enter_state(r, k, VISITOR);
		vv_buf_clear(&k->in);
		look_for_laptop(r, k);
		if (!k->other && !may_come(r, k)) {
			refuse_absent(r, k);
		}
	}
}

static void begin_wait(const relay *r, side *k, const char *host, size_t len)
{
	if (!(k->host = vv_strndup(host, len))) {
		end_link(k);
		return;
	}
	put_upgraded(k);
	vv_random(k->challenge, sizeof(k->challenge));
	vv_buf_put(&k->out, k->challenge, sizeof(k->challenge));
	vv_buf_clear(&k->in);
	enter_state(r, k, PROOF);
}

/* The host in the request, without its port. */
static bool read_host(const relay *r, const char *head, const char **host, size_t *len)
{
	if (!vv_http_field(host, len, head, "Host")) return false;
	*len = vv_address_host_len(*host, *len);
	return *len > 0 && *len <= VV_RELAY_HOST_MAX &&
	       (r->o.hosts.count == 0 || vv_array_find(r->o.hosts.items, r->o.hosts.count, name,
						       vv_ascii_is(*host, *len, *name)));
}

static bool upgrades_to_relay(const char *head)
{
	const char *value;
	size_t len;

	return vv_http_field(&value, &len, head, "Upgrade") &&
	       vv_ascii_is(value, len, VV_RELAY_PROTOCOL);
}

/* Behind a proxy, only the head says who the client is. */
static bool find_client(relay *r, side *k, const char *head)
{
	vv_auto(char) *forwarded = NULL;
	const char *value;
	vv_address client;
	size_t len;

	if (k->account) return true;
	if (vv_http_field(&value, &len, head, "X-Forwarded-For") &&
	    !(forwarded = vv_strndup(value, len))) {
		end_link(k);
		return false;
	}
	vv_address_behind(&client, &k->from, r->proxies, r->o.proxies.count, forwarded);
	return count_client(r, k, &client);
}

static void read_request(relay *r, side *k)
{
	const char *head = k->in.data, *host, *path = head + 4;
	const char *end = strstr(head, "\r\n\r\n");
	size_t len;

	if (!end && k->in.len <= HEAD_MAX) return;
	if (!end || end + 4 != head + k->in.len || memchr(head, '\0', k->in.len) ||
	    strncmp(head, "GET /", 5) != 0) {
		refuse_request(r, k, "400 Bad Request", "a relay answers only requests of varve");
	} else if (!find_client(r, k, head)) {
		return;
	} else if (!upgrades_to_relay(head)) {
		refuse_request(
			r, k, "404 Not Found",
			"this is a relay of varve: repositories behind it have addresses such as "
			"relay+https://HOST/KEY/NAME");
	} else if (!read_host(r, head, &host, &len)) {
		refuse_request(r, k, "403 Forbidden", "this relay has another name");
	} else if (strncmp(path, VV_RELAY_WAIT " ", strlen(VV_RELAY_WAIT) + 1) == 0) {
		begin_wait(r, k, host, len);
	} else if (strncmp(path, VV_RELAY_VISIT, strlen(VV_RELAY_VISIT)) == 0) {
		begin_visit(r, k, path + strlen(VV_RELAY_VISIT));
	} else {
		refuse_request(r, k, "404 Not Found", "this relay does not know the path");
	}
}

/* --- a laptop's proof --------------------------------------------------------------------------- */

static bool is_laptop(const side *k)
{
	return k->state == ASLEEP || k->state == CALLED;
}

/* Keys that wait from this client's address, other than this one. */
static size_t count_keys(const relay *r, const side *of)
{
	size_t keys = 0;

	for (size_t i = 0; i < r->count; i++) {
		const side *k = r->links[i];
		if (!is_laptop(k) || k->account != of->account || has_key(k, of)) {
			continue;
		}
		keys += vv_find_place(j, i,
				      is_laptop(r->links[j]) &&
					      r->links[j]->account == of->account &&
					      has_key(r->links[j], k)) == i;
	}
	return keys;
}

/* Ends the oldest waiting connections of a key that has too many. */
static void end_surplus(const relay *r, const side *of)
{
	size_t count = 0;

	for (size_t i = r->count; i-- > 0;) {
		side *k = r->links[i];
		if (k != of && k->state == ASLEEP && has_key(k, of) && ++count >= SLEEPERS_MAX) {
			end_link(k);
		}
	}
}

static void refuse_proof(const relay *r, side *k, const char *reason)
{
	vv_buf_printf(&k->out, "%c%s\n", VV_RELAY_NOT_ACCEPTED, reason);
	enter_state(r, k, LEAVING);
}

static void read_proof(relay *r, side *k)
{
	vv_auto(vv_buf) signed_bytes = VV_BUF_INIT;
	const uint8_t *p = (const uint8_t *)k->in.data;

	if (k->in.len < PROOF_LEN) return;
	memcpy(k->key, p, VV_KEY_PUBLIC);
	vv_buf_put(&signed_bytes, k->challenge, sizeof(k->challenge));
	vv_buf_puts(&signed_bytes, k->host);
	vv_free(vv_take(&k->host));
	if (k->in.len > PROOF_LEN ||
	    vv_key_verify(p + VV_KEY_PUBLIC, k->key, VV_RELAY_PURPOSE, vv_buf_cstr(&signed_bytes),
			  signed_bytes.len, VV_IGNORED) < 0) {
		refuse_proof(r, k,
			     "the signature does not fit: a proxy in front of this relay must "
			     "pass on the field Host");
	} else if (over_limit(r, k)) {
		refuse_proof(r, k,
			     "this relay forwards no more bytes for your address in this hour");
	} else if (count_keys(r, k) >= r->o.keys) {
		refuse_proof(r, k, "this relay allows no more keys from your address");
	} else {
		end_surplus(r, k);
		vv_buf_putc(&k->out, VV_RELAY_ACCEPTED);
		fall_asleep(r, k);
	}
}

/* --- while a laptop waits, and streams -------------------------------------------------------------- */

static void join_laptop(const relay *r, side *laptop)
{
	side *visitor = laptop->other;

	if (!visitor) { /* it has left */
		end_link(laptop);
		return;
	}
	put_upgraded(visitor);
	enter_state(r, visitor, JOINED);
	enter_state(r, laptop, JOINED);
	vv_buf_put(&visitor->out, laptop->in.data, laptop->in.len);
	vv_buf_clear(&laptop->in);
}

/* Reads signs of life, and the answer of a called laptop. */
static void read_signs(const relay *r, side *k)
{
	while (k->in.len > 0 && k->in.data[0] == VV_RELAY_ALIVE) {
		if (k->state == ASLEEP) {
			vv_buf_putc(&k->out, VV_RELAY_ALIVE);
		}
		vv_buf_drop_front(&k->in, 1);
	}
	if (k->out.len > SIGNS_MAX) { /* it sends signs and reads no answers */
		end_link(k);
	} else if (k->in.len == 0) {
		vv_buf_clear(&k->in);
	} else if (k->state == CALLED && k->in.data[0] == VV_RELAY_CALL) {
		vv_buf_drop_front(&k->in, 1);
		join_laptop(r, k);
	} else {
		end_link(k);
	}
}

static void forward_bytes(const relay *r, side *k)
{
	side *to = k->other;
	const uint64_t len = k->in.len;

	vv_buf_put(&to->out, k->in.data, k->in.len);
	k->in.len = 0;
	to->moved_ms = r->now_ms;
	if (relay_account_add(k->account, len, r->now_ms) > r->o.hour_bytes ||
	    relay_account_add(to->account, len, r->now_ms) > r->o.hour_bytes) {
		end_both(k);
	}
}

/* Processes the received bytes, k->in. */
static void process_link_input(relay *r, side *k)
{
	switch (k->state) {
	case HEAD:
		read_request(r, k);
		return;
	case PROOF:
		read_proof(r, k);
		return;
	case ASLEEP:
	case CALLED:
		read_signs(r, k);
		return;
	case JOINED:
		forward_bytes(r, k);
		return;
	case LEAVING:
		k->in.len = 0;
		return;
	default:
		end_link(k); /* a visitor that sends before it may */
		return;
	}
}

/* --- reading and writing --------------------------------------------------------------------------- */

static size_t room_for_input(const side *k)
{
	if (k->state == JOINED) {
		return k->other->out.len < FORWARD_MAX ? FORWARD_MAX - k->other->out.len : 0;
	}
	if (k->state == HEAD) return HEAD_MAX + 1 - k->in.len;
	return k->state == LEAVING ? HEAD_MAX : PROOF_LEN + 1;
}

static void took_end(side *k)
{
	k->ended = true;
	if (k->state != JOINED) {
		end_link(k);
	}
}

static void read_link(relay *r, side *k)
{
	const size_t room = room_for_input(k);

	if (room == 0 || k->ended) return;
	if (!vv_buf_reserve(&k->in, room)) {
		end_both(k);
		return;
	}
	const ssize_t got = read(k->fd, k->in.data + k->in.len, room);
	if (got < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
			end_both(k);
		}
		return;
	}
	if (got == 0) {
		took_end(k);
		return;
	}
	k->in.len += (size_t)got;
	k->in.data[k->in.len] = '\0';
	k->moved_ms = r->now_ms;
	process_link_input(r, k);
	if (k->out.failed || (k->other && k->other->out.failed)) {
		end_both(k);
	}
}

static void write_link(side *k)
{
	const ssize_t put = vv_os_write(write, k->fd, k->out.data, k->out.len);

	if (put > 0) {
		vv_buf_drop_front(&k->out, (size_t)put);
	} else if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		end_both(k);
		return;
	}
	if (k->out.len == 0 && k->state == ASLEEP) {
		vv_buf_clear(&k->out);
	}
}

/* Closing a socket with unread bytes would reset the connection, and the answer might be lost: so the
 * other side closes first. One that has too many connections gets no such time. */
static void leave_link(side *k)
{
	if (!k->account) {
		end_link(k);
	} else if (!k->shut) {
		(void)shutdown(k->fd, SHUT_WR);
		k->shut = true;
	}
}

/* After all reads and writes: passes ends on, and closes finished connections. */
static void settle_link(side *k)
{
	if (k->state == LEAVING && k->out.len == 0) {
		leave_link(k);
		return;
	}
	if (k->state != JOINED || k->out.len > 0 || k->shut || !k->other->ended) return;
	(void)shutdown(k->fd, SHUT_WR);
	k->shut = true;
	if (k->other->shut) {
		end_both(k);
	}
}

/* --- time ------------------------------------------------------------------------------------------- */

static void end_call(relay *r, side *k)
{
	side *visitor = k->other;

	end_link(k);
	if (visitor) {
		look_for_laptop(r, visitor);
	}
}

static void watch_link(relay *r, side *k)
{
	switch (k->state) {
	case HEAD:
	case PROOF:
		if (is_over(r, k->since_ms, r->o.first_sec)) {
			end_link(k);
		}
		return;
	case ASLEEP:
		if (is_over(r, k->moved_ms, r->o.idle_sec)) {
			end_link(k);
		}
		return;
	case CALLED:
		if (is_over(r, k->since_ms, r->o.call_sec)) {
			end_call(r, k);
		}
		return;
	case VISITOR:
		if (!k->other && is_over(r, k->since_ms, r->o.visit_sec)) {
			refuse_absent(r, k);
		}
		return;
	case JOINED:
		if (is_over(r, k->moved_ms, r->o.idle_sec) ||
		    is_over(r, k->since_ms, r->o.stream_sec)) {
			end_both(k);
		}
		return;
	default:
		if (is_over(r, k->since_ms, LEAVE_SEC)) {
			end_link(k);
		}
		return;
	}
}

/* --- the loop ------------------------------------------------------------------------------------------ */

static void prepare_socket(int fd)
{
	const int on = 1;

	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void accept_link(relay *r, int fd, const struct sockaddr *from)
{
	side *k = vv_calloc(1, sizeof(*k));

	if (!k || !vv_address_of(&k->from, from) || !vv_array_add(r->links, r->count, r->cap, k)) {
		(void)close(fd);
		vv_free(k);
		return;
	}
	prepare_socket(fd);
	k->fd = fd;
	k->in = k->out = (vv_buf)VV_BUF_INIT;
	enter_state(r, k, HEAD);
	if (r->count > r->o.connections) {
		refuse_request(r, k, "503 Service Unavailable",
			       "this relay has no free connection");
	} else if (!vv_network_has(r->proxies, r->o.proxies.count, &k->from)) {
		(void)count_client(r, k, &k->from);
	}
}

/* Accepts some connections above the limit, which are refused; others wait. */
static void accept_links(relay *r)
{
	struct sockaddr_storage from;

	while (r->count < r->o.connections + SPARE_FILES / 2) {
		socklen_t len = sizeof(from);
		const int fd = accept(r->listener, (struct sockaddr *)&from, &len);
		if (fd < 0) return;
		accept_link(r, fd, (struct sockaddr *)&from);
	}
}

static void sweep_links(relay *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->links[i]->state == GONE) {
			if (r->links[i]->proved) {
				note_recent(r, r->links[i]);
			}
			free_link(r->links[i]);
		} else {
			r->links[kept++] = r->links[i];
		}
	}
	r->count = kept;
}

static vv_status fill_polls(relay *r, vv_error *err)
{
	const bool full = r->count >= r->o.connections + SPARE_FILES / 2;
	size_t n = 0;

	if (!vv_array_room_for(r->polls, n, r->polls_cap, r->count + 2)) return vv_fail_nomem(err);
	r->polls[n++] = (struct pollfd){.fd = r->o.stop, .events = POLLIN};
	r->polls[n++] = (struct pollfd){.fd = full ? -1 : r->listener, .events = POLLIN};
	for (size_t i = 0; i < r->count; i++) {
		const side *k = r->links[i];
		const bool reads = !k->ended && room_for_input(k) > 0;
		short events = reads ? POLLIN : 0;
		if (k->out.len > 0) {
			events |= POLLOUT;
		}
		/* for a closed connection, poll returns at once even without events */
		r->polls[n++] = (struct pollfd){.fd = events ? k->fd : -1, .events = events};
	}
	return VV_OK;
}

static void serve_link(relay *r, side *k, short events)
{
	if ((events & POLLOUT) && k->state != GONE && k->out.len > 0) {
		write_link(k);
	}
	if ((events & (POLLIN | POLLHUP | POLLERR)) && k->state != GONE) {
		read_link(r, k);
	}
}

static vv_status serve_links(relay *r, vv_error *err)
{
	uint64_t swept_ms = 0;
	vv_status rc = VV_OK;

	while ((rc = fill_polls(r, err)) == VV_OK) {
		const size_t count = r->count;
		(void)poll(r->polls, (nfds_t)count + 2, SWEEP_MS);
		r->now_ms = vv_monotonic_ms();
		if (r->polls[0].revents) return VV_OK;
		for (size_t i = 0; i < count; i++) {
			if (r->polls[i + 2].revents) {
				serve_link(r, r->links[i], r->polls[i + 2].revents);
			}
		}
		if (r->polls[1].revents) {
			accept_links(r);
		}
		const bool sweeps = r->now_ms - swept_ms >= SWEEP_MS;
		swept_ms = sweeps ? r->now_ms : swept_ms;
		for (size_t i = 0; i < r->count; i++) {
			if (sweeps) {
				watch_link(r, r->links[i]);
			}
			settle_link(r->links[i]);
		}
		sweep_links(r);
		if (sweeps) {
			relay_accounts_sweep(&r->accounts, r->now_ms);
		}
	}
	return rc;
}

/* --- the start ------------------------------------------------------------------------------------------ */

static void fill_defaults(vv_relay_options *o)
{
	o->connections = o->connections ? o->connections : 4096;
	o->connections = o->connections < CONNECTIONS_MAX ? o->connections : CONNECTIONS_MAX;
	o->per_address = o->per_address ? o->per_address : 64;
	o->keys = o->keys ? o->keys : 16;
	o->hour_bytes = o->hour_bytes ? o->hour_bytes : (uint64_t)16 << 30;
	o->stream_sec = o->stream_sec ? o->stream_sec : 6 * 3600;
	o->first_sec = o->first_sec ? o->first_sec : 20;
	o->call_sec = o->call_sec ? o->call_sec : 5;
	o->visit_sec = o->visit_sec ? o->visit_sec : 3;
	o->idle_sec = o->idle_sec ? o->idle_sec : 900;
}

/* Each connection is an open file. */
static void allow_files(relay *r)
{
	const rlim_t wanted = (rlim_t)r->o.connections + SPARE_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted) return;
	const rlim_t had = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
		limit.rlim_cur = had;
	}
	if (limit.rlim_cur < wanted) {
		r->o.connections = limit.rlim_cur > 2 * SPARE_FILES ? limit.rlim_cur - SPARE_FILES
								    : SPARE_FILES;
	}
}

static void close_relay(relay *r)
{
	if (r->listener >= 0) {
		(void)close(r->listener);
	}
	vv_array_each(r->links, r->count, k) {
		end_link(*k);
	}
	vv_array_clear(r->links, r->count, k, free_link(*k));
	relay_accounts_clear(&r->accounts);
	vv_free_all(r->polls, r->proxies);
}

VV_AUTO_CLEAR(relay, close_relay)

vv_status vv_relay_run(const vv_relay_options *o, vv_error *err)
{
	vv_auto(relay) r = {.o = *o, .listener = -1, .now_ms = vv_monotonic_ms()};
	r.started_ms = r.now_ms;
	vv_auto(char) *url = NULL;
	vv_status rc;

	fill_defaults(&r.o);
	allow_files(&r);
	if ((rc = vv_networks_read(&r.proxies, o->proxies.items, o->proxies.count, err)) < 0 ||
	    (rc = vv_host_names_check(o->hosts.items, o->hosts.count, err)) < 0) {
		return rc;
	}
	if ((r.listener = http_listen(&url, o->address, false, err)) < 0) {
		return (vv_status)r.listener;
	}
	prepare_socket(r.listener);
	if (o->started) {
		o->started(o->payload, url);
	}
	return serve_links(&r, err);
}
