# Shared by the stand-ins of the engines' tools: what a model does is decided by its bytes, so that a test knows what to
# expect. Sets `sum`, `us` (microseconds of a run), and misbehaves where the phone has a file `misdeeds`.
model=$1
sum=$(cksum < "$model" | cut -d' ' -f1)
us=$((300 + sum % 4000))
deed=work
[ -e "$PHONE/misdeeds" ] && case $((sum % 10)) in
  1) deed=crash ;;
  3) deed=hang ;;
  5) deed=refuse ;;
  7) deed=nonsense ;;
  9) deed=killed ;;
esac
# Bytes that are no model of any format, as the contract kit makes them.
od -An -tx1 -N4 "$model" | grep -q "07 07 07 07" && deed=refuse
echo "run $sum $deed" >> "$PHONE/log"
[ -e "$PHONE/slow" ] && sleep "$(cat "$PHONE/slow")"
case $deed in
  crash) kill -SEGV $$ ;;
  killed) kill -KILL $$ ;;
  hang) while :; do sleep 0.1; done ;;
  nonsense) echo "hello"; exit 0 ;;
esac
ms() { printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)); }
