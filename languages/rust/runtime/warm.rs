//! Commands as forks of one that has been started and has not begun: what the dynamic linker does for a
//! compiler, which for rustc is up to a fifth of a short program's time, is done once for all of them.
//!
//! Preloaded into a command, this takes the place of its `main`, forks, and calls it in the forks. Nothing
//! of the command has run by then, so that a fork is as a start is.
//!
//! What a fork has to give up first is the supervisor's to say: it sends the system calls, which are made in
//! their order. Not here: which those are.
use std::ffi::{c_char, c_int, c_long, c_void, CStr};
use std::mem::{offset_of, size_of};
use std::ptr::{addr_of_mut, null, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

type Main = extern "C" fn(c_int, *mut *const c_char, *mut *const c_char) -> c_int;
type Start = extern "C" fn(
    Main,
    c_int,
    *mut *const c_char,
    *mut c_void,
    *mut c_void,
    *mut c_void,
    *mut c_void,
) -> c_int;

const MESSAGE_BYTES: usize = 1 << 18;
const DESCRIPTORS: usize = 8;
const CALLS_AT: usize = 16;
const CALL_BYTES: usize = 11 * 8;
const FREE: c_int = 64; // above it lies no descriptor of a program

const RTLD_NEXT: *mut c_void = -1isize as *mut c_void;
const F_DUPFD: c_int = 0;
const F_SETFD: c_int = 2;
const FD_CLOEXEC: c_int = 1;
const MSG_NOSIGNAL: c_int = 0x4000;
const CLONE_NEWPID: c_int = 0x2000_0000;
const ENOSYS: c_int = 38;
const CLOSE_RANGE: c_long = 436; // an older C library does not have it

#[repr(C)]
struct Part {
    base: *mut c_void,
    size: usize,
}

#[repr(C)]
struct Told {
    name: *mut c_void,
    name_size: u32,
    parts: *mut Part,
    part_count: usize,
    aside: *mut c_void,
    aside_size: usize,
    flags: c_int,
}

/// A message's descriptors, as the kernel lays them out.
#[repr(C, align(8))]
struct Aside {
    size: usize,
    level: c_int,
    kind: c_int,
    given: [c_int; DESCRIPTORS],
}

#[repr(C)]
struct Filter {
    size: u16,
    code: *const c_void,
}

#[repr(C)]
#[derive(Default)]
struct Used {
    user: [c_long; 2],
    system: [c_long; 2],
    most: c_long,
    others: [c_long; 13],
}

extern "C" {
    static mut environ: *mut *const c_char;
    fn __errno_location() -> *mut c_int;
    fn _exit(code: c_int) -> !;
    fn close(descriptor: c_int) -> c_int;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dup2(from: c_int, to: c_int) -> c_int;
    fn fcntl(descriptor: c_int, command: c_int, ...) -> c_int;
    fn fork() -> c_int;
    fn recvmsg(descriptor: c_int, message: *mut Told, flags: c_int) -> isize;
    fn send(descriptor: c_int, data: *const c_void, size: usize, flags: c_int) -> isize;
    fn setns(descriptor: c_int, kind: c_int) -> c_int;
    fn setsid() -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn unsetenv(name: *const c_char) -> c_int;
    fn wait4(pid: c_int, status: *mut c_int, options: c_int, used: *mut Used) -> c_int;
    fn write(descriptor: c_int, data: *const c_void, size: usize) -> isize;
}

static COMMAND: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// Sizes, calls, the bytes that they point to, and a text for the process: one after the other.
struct Message(Box<[u8]>);

impl Message {
    fn number<const N: usize>(&self, at: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes[..N].copy_from_slice(&self.0[at..at + N]);
        u64::from_le_bytes(bytes)
    }

    fn bytes_at(&self) -> usize {
        CALLS_AT + self.number::<4>(0) as usize * CALL_BYTES
    }

    fn text_at(&self) -> usize {
        self.bytes_at() + self.number::<4>(4) as usize
    }

    /// The place in memory of one of the bytes.
    fn place(&self, offset: u64) -> *const u8 {
        &self.0[self.bytes_at() + offset as usize]
    }
}

fn complain(descriptor: c_int, what: &str, which: c_long) -> ! {
    let error = std::io::Error::from_raw_os_error(unsafe { *__errno_location() });
    let text = format!("S{what} {which}: {error}");
    unsafe {
        write(descriptor, text.as_ptr().cast(), text.len());
        _exit(127)
    }
}

/// Makes the given descriptors the first ones and closes all others; returns the complaint's, the last.
fn arrange(given: &[c_int]) -> c_int {
    let last = given.len() as c_int - 1;
    let mut high = [0; DESCRIPTORS];
    unsafe {
        setsid();
        for (at, &one) in given.iter().enumerate() {
            high[at] = fcntl(one, F_DUPFD, FREE);
        }
        for at in 0..given.len() {
            dup2(high[at], at as c_int);
        }
        fcntl(last, F_SETFD, FD_CLOEXEC);
        if syscall(
            CLOSE_RANGE,
            given.len() as c_long,
            c_long::from(u32::MAX),
            0 as c_long,
        ) < 0
            && *__errno_location() == ENOSYS
        {
            for descriptor in given.len() as c_int..1 << 16 {
                close(descriptor);
            }
        }
    }
    last
}

fn obey(message: &Message, complaint: c_int) {
    for at in (CALLS_AT..message.bytes_at()).step_by(CALL_BYTES) {
        let word = |index: usize| {
            let value = message.number::<8>(at + 16 + index * 16);
            match message.number::<8>(at + 8 + index * 16) {
                0 => value,
                1 => message.place(value) as u64,
                _ => {
                    let (size, code) = (
                        (value >> 32) as u16,
                        message.place(value & 0xffff_ffff).cast(),
                    );
                    Box::leak(Box::new(Filter { size, code })) as *const Filter as u64
                }
            }
        };
        let call = message.number::<8>(at) as c_long;
        if unsafe { syscall(call, word(0), word(1), word(2), word(3), word(4)) } < 0 {
            complain(complaint, "system call", call);
        }
    }
}

/// Begins the command with the words of the text: how many there are, they, and `NAME=value` texts.
fn begin(message: &Message) -> c_int {
    let (start, size) = (message.text_at(), message.number::<4>(8) as usize);
    let text: &'static [u8] = Box::leak(message.0[start..start + size].into());
    let mut given = text
        .split_inclusive(|&byte| byte == 0)
        .map(|one| CStr::from_bytes_until_nul(one).unwrap_or_default());
    let count: usize = given
        .next()
        .and_then(|one| one.to_str().ok()?.parse().ok())
        .unwrap_or(0);
    let mut words: Vec<*const c_char> = given.by_ref().take(count).map(CStr::as_ptr).collect();
    let mut variables: Vec<*const c_char> = given
        .take_while(|one| !one.is_empty())
        .map(CStr::as_ptr)
        .collect();
    words.push(null());
    unsafe {
        unsetenv(c"LD_PRELOAD".as_ptr());
        unsetenv(c"LD_BIND_NOW".as_ptr());
        let mut variable = environ;
        while !(*variable).is_null() {
            variables.push(*variable);
            variable = variable.add(1);
        }
        variables.push(null());
        environ = variables.leak().as_mut_ptr();
        let command: Main = std::mem::transmute(COMMAND.load(Ordering::Relaxed));
        command(count as c_int, words.leak().as_mut_ptr(), environ)
    }
}

fn say(control: c_int, text: &str) {
    if unsafe { send(control, text.as_ptr().cast(), text.len(), MSG_NOSIGNAL) } < 0 {
        unsafe { _exit(0) };
    }
}

/// Takes one order, and says what has become of it; in the fork alone it returns true.
fn serve_one(control: c_int, message: &mut Message) -> bool {
    let mut part = Part {
        base: message.0.as_mut_ptr().cast(),
        size: MESSAGE_BYTES,
    };
    let mut aside = Aside {
        size: 0,
        level: 0,
        kind: 0,
        given: [0; DESCRIPTORS],
    };
    let mut told = Told {
        name: null_mut(),
        name_size: 0,
        parts: &mut part,
        part_count: 1,
        aside: addr_of_mut!(aside).cast(),
        aside_size: size_of::<Aside>(),
        flags: 0,
    };
    let size = unsafe { recvmsg(control, &mut told, 0) };
    if size <= 0 {
        unsafe { _exit(0) };
    }
    let count = aside.size.saturating_sub(offset_of!(Aside, given)) / size_of::<c_int>();
    let given = &aside.given[..count.min(DESCRIPTORS)];
    let pid = unsafe { fork() };
    if pid == 0 {
        let complaint = arrange(given);
        obey(message, complaint);
        unsafe { close(complaint) };
        return true;
    }
    for &descriptor in given {
        unsafe { close(descriptor) };
    }
    message.0[..size as usize].fill(0); // the next program is not to find it
    say(control, &format!("{{\"pid\":{pid}}}"));
    let (mut status, mut used) = (0, Used::default());
    unsafe { wait4(pid, &mut status, 0, &mut used) };
    let time = |[seconds, micro]: [c_long; 2]| format!("{seconds}.{micro:06}");
    let usage = format!("{},{},{}", time(used.user), time(used.system), used.most);
    say(
        control,
        &format!("{{\"status\":{status},\"usage\":[{usage}]}}"),
    );
    false
}

/// `COMMAND … stay ADDON CONTROL PROGRAMS`: forks until the supervisor is gone.
extern "C" fn stay(count: c_int, words: *mut *const c_char, _: *mut *const c_char) -> c_int {
    let told = |from_end: c_int| unsafe {
        let word = CStr::from_ptr(*words.add((count - from_end) as usize));
        word.to_str()
            .ok()
            .and_then(|text| text.parse::<c_int>().ok())
            .unwrap_or(-1)
    };
    let (control, programs) = (told(2), told(1));
    if programs >= 0 && unsafe { setns(programs, CLONE_NEWPID) } < 0 {
        return 1;
    }
    let mut message = Message(vec![0; MESSAGE_BYTES].into());
    say(control, "{\"ready\":true}");
    while !serve_one(control, &mut message) {}
    begin(&message)
}

/// Takes the place of the C library's, which starts every program.
///
/// # Safety
/// Called by a program's first instructions, once, with what they have for it.
#[no_mangle]
pub unsafe extern "C" fn __libc_start_main(
    main: Main,
    count: c_int,
    words: *mut *const c_char,
    init: *mut c_void,
    fini: *mut c_void,
    leave: *mut c_void,
    stack: *mut c_void,
) -> c_int {
    COMMAND.store(main as *mut c_void, Ordering::Relaxed);
    let start: Start = std::mem::transmute(dlsym(RTLD_NEXT, c"__libc_start_main".as_ptr()));
    start(stay, count, words, init, fini, leave, stack)
}
