// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// block: every request to a block device: whose, what, how long it was queued, and how long the device took.
//
// A request is queued on the thread that wants it (block_rq_insert) or goes straight to the driver
// (block_rq_issue, also when it had been queued), and completes in an interrupt on whatever runs there: so the
// caller is remembered with it. A request that is merged into another never completes, and its memory
// becomes the next one's: the time when it was made tells them apart.
//
// Cost:  three short runs per request: together about two microseconds.
// Blind: devices without requests (device mapper, md, zram, pmem; what lies below is seen). What is written back
//        was dirtied by others than the thread that queues it. Errors that the kernel has renumbered are EIO.
#include "tracer.bpf.h"
#include "block.bpf.h"
#include "state.bpf.h"

typedef __u32 device_number_t TAG("format:id");
typedef __u64 sector_t TAG("format:id");

EVENT(block, "a request to a block device") {
	struct caller who     DETAIL_PART(user) DOC("the thread that queued it");
	char device[32]       KEY PRIVACY(open) DOC("the disk, as in /sys/block");
	device_number_t major DETAIL DOC("the disk's major number");
	device_number_t minor DETAIL DOC("its minor number");
	enum block_operation operation KEY DOC("what the device was to do");
	enum block_flags flags KEY DETAIL BITS DOC("how");
	errno_t error         KEY DOC("0 when it was done");
	__u8 unused[4];
	bytes_t size          DOC("how much");
	sector_t sector       DETAIL DOC("where, in units of 512 bytes from the disk's begin");
	ns_t queued           DETAIL DOC("from queueing to the last time it was issued to the driver; 0 when it was not queued");
	ns_t in_device        DOC("from then to its completion; 0 when the driver never got it");
};

struct io {
	struct caller who;
	__u64 made; /* the request itself, in ns; 0 when nobody needs that */
	__u64 inserted, issued, sector;
	__u32 size;
	__u32 is_wanted; /* by --pid and the like; all are remembered, as a thread may issue what another queued */
};

/* Inserted when queued or issued, removed when completed, overwritten when merged. Full: lost_state_full. */
STATE(ios, struct io, 65536, "requests under way");

static __always_inline struct io *begins(struct request *request, __u64 inserted)
{
	struct io io = { .made = BPF_CORE_READ(request, start_time_ns), .inserted = inserted };

	io.is_wanted = caller_to_remember(&io.who);
	remember(ios, request, io);
	return recall(ios, request);
}

/* One that took in a request behind it has that one's time, if it is older (block/blk-merge.c); some have none. */
static __always_inline struct io *under_way(struct request *request)
{
	struct io *io = recall(ios, request);
	__u64 made = BPF_CORE_READ(request, start_time_ns);

	return io && (io->made == made || (made && io->made > made)) ? io : NULL;
}

SEC("tp_btf/block_rq_insert") SERVES("queueing")
int on_insert(__u64 *ctx)
{
	struct request *request = request_from(ctx);
	struct io *io = under_way(request);

	if (!io || !io->issued) /* else the driver has sent it back */
		begins(request, now());
	return 0;
}

SEC("tp_btf/block_rq_issue") SERVES("what a device is asked")
int on_issue(__u64 *ctx)
{
	struct request *request = request_from(ctx);
	struct io *io = under_way(request) ?: begins(request, 0);

	if (!io)
		return 0;
	if (!io->issued) {
		io->sector = sector_of(request);
		io->size = BPF_CORE_READ(request, __data_len);
	}
	io->issued = now();
	return 0;
}

static __always_inline void describe_request(struct block *e, struct request *request, struct io *io, __u64 ended)
{
	struct gendisk *disk = disk_of(request);
	__u32 flags = BPF_CORE_READ(request, cmd_flags);

	BPF_CORE_READ_STR_INTO(&e->device, disk, disk_name);
	e->major = BPF_CORE_READ(disk, major);
	e->minor = BPF_CORE_READ(disk, first_minor);
	e->operation = block_operation(flags);
	e->flags = flags & BLOCKFLAGS_KNOWN;
	e->who = io->who;
	e->size = io->issued ? io->size : BPF_CORE_READ(request, __data_len);
	e->sector = io->issued ? io->sector : sector_of(request);
	e->queued = io->inserted ? (io->issued ?: ended) - io->inserted : 0;
	e->in_device = io->issued ? ended - io->issued : 0;
}

SEC("tp_btf/block_rq_complete") SERVES("its answers")
int BPF_PROG(on_complete, struct request *request, int status, unsigned int size)
{
	struct io *io = under_way(request);
	struct block e = { .error = error_of_status(status) };
	bool is_wanted;

	if (!io || size < BPF_CORE_READ(request, __data_len)) /* a part, and more to come */
		return 0;
	describe_request(&e, request, io, now());
	is_wanted = io->is_wanted;
	forget(ios, request);
	return is_wanted ? emit_span(ctx, &e) : 0;
}
