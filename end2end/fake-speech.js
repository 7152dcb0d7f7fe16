// A stand-in for the browser's own speech recognition, which has no service here: one sentence, then the network is gone.
(() => {
  let started = 0;
  class FakeRecognition extends EventTarget {
    start(track) {
      if (track !== undefined && !(track instanceof MediaStreamTrack)) throw new TypeError("no track");
      started += 1;
      const first = started === 1;
      const send = (type, extra) => {
        const event = Object.assign(new Event(type), extra);
        this.dispatchEvent(event);
        this[`on${type}`]?.(event);
      };
      setTimeout(() => send("start", {}), 50);
      if (first) {
        const result = (text, isFinal) => Object.assign([{ transcript: text, confidence: 0.9 }], { isFinal });
        setTimeout(() => send("result", { resultIndex: 0, results: [result("hello from", false)] }), 800);
        setTimeout(() => send("result", { resultIndex: 0, results: [result("hello from the fake recognizer", true)] }), 1500);
      }
      setTimeout(() => send("error", { error: "network" }), 3000);
      setTimeout(() => send("end", {}), 3100);
    }
    stop() {}
    abort() {}
  }
  window.SpeechRecognition = FakeRecognition;
  window.webkitSpeechRecognition = FakeRecognition;
})();
