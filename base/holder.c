/*
 * holder: the text, and what follows from it; the facts are base/os.h's.
 */
#include "base/holder.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/os.h"
#include "base/sys.h"
#include "base/text.h"

#define MAGIC "varve-lock 1 "

static void read_machine(vv_holder *out)
{
	struct utsname name;
	char id[160] = "varve lock\n";
	const size_t lead = strlen(id);
	uint8_t digest[VV_SHA256_LEN] = {0};
	size_t i;

	if (uname(&name) < 0) {
		name.nodename[0] = '\0';
	}
	for (i = 0; name.nodename[i] && i + 1 < sizeof out->host; i++) {
		unsigned char c = (unsigned char)name.nodename[i];

		out->host[i] = (char)(c > ' ' && c < 0x7f ? c : '?');
	}
	out->host[i] = '\0';
	vv_os_machine(id + lead, sizeof id - lead, name.nodename);
	(void)vv_sha256(digest, id, strlen(id), NULL);
	vv_hex_write(out->machine, digest, 8);
}

vv_holder vv_holder_self(void)
{
	vv_holder self = {.pid = (uint64_t)getpid(), .pid_space = vv_os_pid_space()};
	vv_os_process p;

	self.started = vv_os_process_find(&p, getpid()) ? p.started : 0;
	vv_os_boot(self.boot);
	read_machine(&self);
	return self;
}

vv_holder vv_holder_of(const vv_holder *self, uint64_t pid)
{
	vv_holder h = *self;
	vv_os_process p;

	h.pid = pid;
	h.started = vv_os_process_find(&p, (pid_t)pid) ? p.started : 0;
	return h;
}

void vv_holder_text(char out[VV_HOLDER_TEXT], const vv_holder *h)
{
	(void)snprintf(out, VV_HOLDER_TEXT,
		       MAGIC "pid=%llu started=%llu space=%llu boot=%s machine=%s host=%s",
		       (unsigned long long)h->pid, (unsigned long long)h->started,
		       (unsigned long long)h->pid_space, h->boot, h->machine, h->host);
}

/* The value of "name=" at *p, which ends at a space; moves *p behind it. */
static bool read_value(const char **p, const char *name, char *out, size_t size)
{
	size_t name_len = strlen(name);

	if (strncmp(*p, name, name_len) != 0) return false;
	*p += name_len;
	size_t len = strcspn(*p, " ");
	if (len >= size) return false;
	memcpy(out, *p, len);
	out[len] = '\0';
	*p += len;
	*p += **p == ' ';
	return true;
}

static bool take_number(const char **p, const char *name, uint64_t *out)
{
	char digits[24];

	return read_value(p, name, digits, sizeof digits) &&
	       vv_parse_u64(out, digits, strlen(digits));
}

bool vv_holder_parse(vv_holder *out, const char *text)
{
	const char *p = text;

	memset(out, 0, sizeof *out);
	if (strncmp(p, MAGIC, strlen(MAGIC)) != 0) return false;
	p += strlen(MAGIC);
	return take_number(&p, "pid=", &out->pid) && out->pid > 0 && out->pid <= INT32_MAX &&
	       take_number(&p, "started=", &out->started) &&
	       take_number(&p, "space=", &out->pid_space) &&
	       read_value(&p, "boot=", out->boot, sizeof out->boot) &&
	       read_value(&p, "machine=", out->machine, sizeof out->machine) && out->machine[0] &&
	       read_value(&p, "host=", out->host, sizeof out->host) && *p == '\0';
}

static bool holder_runs(const vv_holder *h)
{
	vv_os_process p;

	if (kill((pid_t)h->pid, 0) < 0 && errno == ESRCH) return false;
	if (!vv_os_process_find(&p, (pid_t)h->pid)) {
		return true; /* another user's process, hidden by the system */
	}
	if (h->started != 0 && p.started != h->started) {
		return false; /* the number is used again */
	}
	return !p.ended;
}

vv_holder_state vv_holder_state_of(const vv_holder *h, const vv_holder *self, int64_t made)
{
	if (strcmp(h->machine, self->machine) != 0 || !*h->boot != !*self->boot) {
		return VV_HOLDER_ELSEWHERE;
	}
	if (strcmp(h->boot, self->boot) != 0) {
		return made < vv_os_boot_second() ? VV_HOLDER_DEAD : VV_HOLDER_ELSEWHERE;
	}
	if (h->pid_space != self->pid_space) return VV_HOLDER_ELSEWHERE;
	return holder_runs(h) ? VV_HOLDER_ALIVE : VV_HOLDER_DEAD;
}

/* --- temporary files: 60 bits in 12 letters: 16 of where the process runs, 22 of its number (the largest of Linux),
 * 22 random --- */

#define PID_BITS 22u
#define CHANCE_BITS 22u

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

/* 16 bits that are equal for processes which see each other. */
static uint64_t process_place(void)
{
	static _Atomic uint64_t known; /* the process and its place: they are read once */
	const uint64_t self = (uint64_t)getpid() << 17 | 0x10000;
	uint64_t have = atomic_load(&known);
	char place[96];

	if ((have & ~UINT64_C(0xffff)) != self) {
		const vv_holder h = vv_holder_self();

		(void)snprintf(place, sizeof place, "%s %llu %s", h.boot,
			       (unsigned long long)h.pid_space, h.machine);
		have = self | (vv_xxh3(place, strlen(place), 0) & 0xffff);
		atomic_store(&known, have);
	}
	return have & 0xffff;
}

static uint64_t number_of(void)
{
	uint64_t chance;

	vv_random(&chance, sizeof chance);
	return process_place() << (PID_BITS + CHANCE_BITS) |
	       ((uint64_t)getpid() & ((1u << PID_BITS) - 1)) << CHANCE_BITS |
	       (chance & ((1u << CHANCE_BITS) - 1));
}

void vv_temp_name(char out[VV_TEMP_RANDOM + 1])
{
	uint64_t number = number_of();

	for (size_t i = 0; i < VV_TEMP_RANDOM; i++) {
		out[i] = letters[number >> (5 * (VV_TEMP_RANDOM - 1 - i)) & 31];
	}
	out[VV_TEMP_RANDOM] = '\0';
}

/* false: another name. */
static bool read_temp_name(uint64_t *out, const char *name)
{
	size_t i;

	*out = 0;
	for (i = 0; i < VV_TEMP_RANDOM; i++) {
		const char *at = name[i] ? strchr(letters, name[i]) : NULL;

		if (!at) return false;
		*out = *out << 5 | (uint64_t)(at - letters);
	}
	return name[i] == '\0';
}

bool vv_temp_name_read(const char *name, bool *ended)
{
	uint64_t number;

	if (!read_temp_name(&number, name)) return false;
	pid_t pid = (pid_t)(number >> CHANCE_BITS & ((1u << PID_BITS) - 1));
	*ended = number >> (PID_BITS + CHANCE_BITS) == process_place() && pid > 0 &&
		 kill(pid, 0) < 0 && errno == ESRCH;
	return true;
}
